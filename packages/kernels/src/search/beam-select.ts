import { defineKernel, foldGrid, perCall, read, ValueError, wgsl, write } from "../core";

/** Invocations of a workgroup, which share a source. */
const LANES = 64;
/** Beams of a source at most: the tokens that they chose lie in workgroup memory. */
export const MOST_BEAMS = 256;
/** Numbers that a beam reports of a step. */
export const EVENT_WORDS = 5;

export interface BeamSelectOptions {
  /** Whether groups keep away from the tokens of those before them. */
  readonly diverse: boolean;
}

const defaults: BeamSelectOptions = { diverse: false };

/**
 * One step of beam search for B sources with K beams each, in G groups that keep to themselves:
 *   of each group's K/G·M candidates, rank + log-probability, the best 2·K/G in order, the lowest beam and then the
 *   earliest of its candidates first at a tie
 *   among the best K/G of them, those that are the end are finished
 *   the best K/G others are the beams from now on, unless the group is done: it has K/G finished ones, and of these
 *   `wanted` have a rank that no beam is above. Ranks only fall, so nothing that it might yet find is among the best
 *   `wanted`: what stops at the first K/G to end, however unlikely, may miss a sequence of probability 0.99 (Huang, Zhao
 *   & Ma 2017).
 * With `diverse` a candidate of a group loses `diversity` for each beam of the groups before it that just took its token
 * (Vijayakumar et al. 2016, Hamming diversity), and so does the rank of what becomes of it.
 *
 * Candidates of a row come best first, as many as can be wanted of it: 2·K/G, and with `diverse` K − K/G more. Their tokens
 * follow one another by index at a tie, as `topK` gives them. A rank at or below −1e29 belongs to no beam.
 *
 * beams [B, 2, K]: ranks, and of each group, in its places, the ranks of the best K/G that it has finished, the best first,
 * −1e30 where there are fewer. events [B, K, 5]: of the beam made:
 * its token, the beam of the source that it came from, and the log-probability of the step; and of what was finished: the
 * beam that it came from, or −1 for none, and the log-probability of the end.
 *
 * @throws ValueError if K is above 256, or no multiple of G
 */
export const beamSelect = defineKernel({
  name: "beam_select",
  dims: {
    B: perCall("sources"),
    K: perCall("beams of a source"),
    G: perCall("groups of beams"),
    M: perCall("candidates of a beam"),
  },
  options: defaults,
  scalars: { end: "u32", diversity: "f32", wanted: "u32" },
  bindings: {
    logProbabilities: read("f32", "B K M"),
    ids: read("u32", "B K M"),
    before: read("f32", "B 2 K"),
    tokens: write("u32", "B K"),
    parents: write("u32", "B K"), // rows of [B·K]
    beams: write("f32", "B 2 K"),
    events: write("f32", `B K ${EVENT_WORDS}`),
  },
  check: ({ K, G }) => {
    if (K <= MOST_BEAMS && K % G === 0) return;
    const expected = `at most ${MOST_BEAMS} and a multiple of G = ${G}`;
    throw new ValueError({ where: "beam_select", what: "K", expected, received: String(K) });
  },
  plan: ({ B }, limits) => ({
    workgroupSize: LANES,
    ...foldGrid(B, limits),
    widest: limits.maxComputeWorkgroupsPerDimension,
  }),
  cost: ({ B, K, G, M }) => ({ flops: (4 * B * K * K * M) / G, bytes: 4 * B * K * (2 * M + 11) }),
  wgsl: ({ widest }, { options: { diverse } }) => wgsl`
    const NONE: u32 = 0xffffffffu;
    const DEAD: f32 = -1e30;
    var<workgroup> bests: array<f32, ${LANES}>;
    var<workgroup> places: array<u32, ${LANES}>;
    var<workgroup> taken: array<u32, ${MOST_BEAMS}>; // tokens of the beams made so far, groups in order

    /** Puts a rank in its place among the best of a group, and the last of them out. */
    fn insert(done: u32, width: u32, rank: f32) {
      var moved = rank;
      for (var k = done; k < done + width; k++) {
        let there = beams[k];
        beams[k] = max(there, moved);
        moved = min(there, moved);
      }
    }

    ${diverse ? COUNT_TAKEN : ""}

    @compute @workgroup_size(${LANES})
    fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
      let source = group.x + group.y * ${widest}u;
      if (source >= dims.B) { return; } // the whole workgroup overhangs
      let width = dims.K / dims.G;
      let row0 = source * dims.K;
      let ranks = 2u * row0;

      for (var g = 0u; g < dims.G; g++) {
        let first = row0 + g * width;
        let done = ranks + dims.K + g * width; // ranks of what it has finished
        if (lane == 0u) {
          for (var k = 0u; k < width; k++) { beams[done + k] = before[done + k]; }
        }
        var live = DEAD; // the best rank of a beam that goes on
        var ended = 0u;
        var made = 0u;
        var last = 0.0;
        var lastPlace = NONE;
        for (var pick = 0u; pick < 2u * width; pick++) {
          var best = 0.0;
          var place = NONE;
          for (var c = lane; c < width * dims.M; c += ${LANES}u) {
            let at = first * dims.M + c;
            var rank = before[ranks + g * width + c / dims.M] + logProbabilities[at];
            ${diverse ? "rank -= dims.diversity * takenBefore(ids[at], g * width);" : ""}
            let follows = pick == 0u || rank < last || (rank == last && c > lastPlace);
            if (rank > -1e29 && follows && (place == NONE || rank > best)) { best = rank; place = c; }
          }
          bests[lane] = best;
          places[lane] = place;
          workgroupBarrier();
          for (var other = 0u; other < ${LANES}u; other++) { // every lane finds the winner: no second way round
            let theirs = bests[other];
            let there = places[other];
            let wins = place == NONE || theirs > best || (theirs == best && there < place);
            if (there != NONE && wins) { best = theirs; place = there; }
          }
          last = select(-3.4e38, best, place != NONE); // after the last of them nothing follows
          lastPlace = place;
          if (place != NONE) {
            let at = first * dims.M + place;
            let token = ids[at];
            let parent = g * width + place / dims.M;
            if (token == dims.end) {
              if (pick < width) {
                if (lane == 0u) {
                  let event = ${EVENT_WORDS}u * (first + ended);
                  events[event + 3u] = f32(parent);
                  events[event + 4u] = logProbabilities[at];
                  insert(done, width, best);
                }
                ended++;
              }
            } else if (made < width) {
              live = max(live, best);
              if (lane == 0u) {
                let event = ${EVENT_WORDS}u * (first + made);
                events[event] = f32(token);
                events[event + 1u] = f32(parent);
                events[event + 2u] = logProbabilities[at];
                tokens[first + made] = token;
                parents[first + made] = row0 + parent;
                beams[ranks + g * width + made] = best;
                taken[g * width + made] = token;
              }
              made++;
            }
          }
          workgroupBarrier(); // before the next turn writes over what others still read
        }
        if (lane == 0u) {
          if (beams[done + width - 1u] > -1e29 && beams[done + dims.wanted - 1u] >= live) { made = 0u; }
          for (var k = made; k < width; k++) { // places without a beam
            let event = ${EVENT_WORDS}u * (first + k);
            events[event] = f32(dims.end);
            events[event + 1u] = f32(g * width + k);
            events[event + 2u] = DEAD;
            tokens[first + k] = dims.end;
            parents[first + k] = first + k;
            beams[ranks + g * width + k] = DEAD;
            taken[g * width + k] = NONE;
          }
          for (var k = ended; k < width; k++) {
            let event = ${EVENT_WORDS}u * (first + k);
            events[event + 3u] = -1.0;
            events[event + 4u] = 0.0;
          }
        }
        workgroupBarrier(); // groups after this see what it took
      }
    }`,
});

const COUNT_TAKEN = `
    fn takenBefore(token: u32, upTo: u32) -> f32 {
      var count = 0.0;
      for (var k = 0u; k < upTo; k++) { count += select(0.0, 1.0, taken[k] == token); }
      return count;
    }`;
