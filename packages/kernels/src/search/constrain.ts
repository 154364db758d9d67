import { defineKernel, foldGrid, optional, perCall, read, wgsl, write } from "../core";

/** Invocations of a workgroup, which share a row. */
const LANES = 64;

/** What a row may go on with, in place of the one token that it must. */
export const ANY_TOKEN = 0xffffffff;
/** Anything but the end. */
export const NOT_THE_END = 0xfffffffe;

/** The end of one that is written to: what may not follow a row's tokens. */
const BANNED = "-1e30";

export interface ConstrainOptions {
  /** Tokens in a row that must not come twice; 0 for no such rule. */
  readonly ngram: number;
}

const defaults: ConstrainOptions = { ngram: 0 };

/**
 * Log-probabilities of each row's next token, −1e30 for those that may not follow:
 *   all but one token, where `orders` names it: those of a forced beginning, and the end of a row as long as may be
 *   the end, where the order is NOT_THE_END
 *   those that `barred` marks, and with `ngram` = n those that would make the last n tokens of `history` occur twice
 * A forced token is let through whatever else holds. Each lane writes the tokens v ≡ lane (mod 64) alone, and finds those
 * that make an n-gram occur twice in a list that the workgroup makes for all of them, 64 places at a time; so no two
 * invocations write one word.
 */
export const constrain = defineKernel({
  name: "constrain",
  dims: { R: perCall("rows"), V: perCall("tokens that there are"), L: perCall("places of the history") },
  options: defaults,
  scalars: { end: "u32", made: "u32" }, // tokens in the history
  bindings: {
    logProbabilities: read("f32", "R V"),
    orders: read("u32", "R"),
    barred: optional(read("u32", "V")), //    1 where a token is never to be made
    history: optional(read("u32", "R L")), // with ngram
    allowed: write("f32", "R V"),
  },
  plan: ({ R }, limits) => ({
    workgroupSize: LANES,
    ...foldGrid(R, limits),
    widest: limits.maxComputeWorkgroupsPerDimension,
  }),
  cost: ({ R, V }) => ({ flops: 2 * R * V, bytes: 8 * R * V }),
  wgsl: ({ widest }, { options: { ngram }, has }) => wgsl`
    ${ngram > 0 ? `var<workgroup> repeats: array<u32, ${LANES}>;` : ""}

    @compute @workgroup_size(${LANES})
    fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
      let row = group.x + group.y * ${widest}u;
      if (row >= dims.R) { return; } // the whole workgroup overhangs
      let base = row * dims.V;
      let order = orders[row];
      let isForced = order < ${NOT_THE_END}u;
      for (var v = lane; v < dims.V; v += ${LANES}u) {
        var may = order == ${ANY_TOKEN}u || (order == ${NOT_THE_END}u && v != dims.end);
        ${has.barred ? "may = may && barred[v] == 0u;" : ""}
        let logP = logProbabilities[base + v];
        allowed[base + v] = select(${BANNED}, logP, (may || v == order) && logP > -1e29);
      }
      ${ngram > 0 ? withoutRepeats(ngram) : ""}
    }`,
});

/** Place p begins an n-gram whose first n − 1 tokens are the row's last: its n-th must not come again. */
const withoutRepeats = (ngram: number): string => wgsl`
      let places = select(0u, dims.made + 1u - ${ngram}u, dims.made >= ${ngram}u);
      let words = row * dims.L;
      for (var start = 0u; start < places; start += ${LANES}u) {
        let p = start + lane;
        var isRepeat = p < places && !isForced;
        for (var i = 0u; i < ${ngram - 1}u && isRepeat; i++) {
          isRepeat = history[words + p + i] == history[words + dims.made + 1u - ${ngram}u + i];
        }
        repeats[lane] = ${ANY_TOKEN}u;
        if (isRepeat) { repeats[lane] = history[words + p + ${ngram - 1}u]; }
        workgroupBarrier();
        for (var k = 0u; k < ${LANES}u; k++) {
          let token = repeats[k];
          if (token < dims.V && token % ${LANES}u == lane) { allowed[base + token] = ${BANNED}; }
        }
        workgroupBarrier(); // before the next places write over what others still read
      }`;
