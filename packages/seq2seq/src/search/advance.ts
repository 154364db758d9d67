import { cast, detach, evaluate, gather, identity, type Tensor, tensor, zeros } from "@unroll/nn";
import { History } from "./hypotheses";
import { LOG_ZERO } from "./log-zero";
import type { Settings } from "./options";
import { type Choose, Recorder, type Rows } from "./recorder";
import { expectRows, leavesOf, mapLeaves } from "./state";
import type { SearchStep } from "./step";

/** Places of a history are a multiple of this, so that searches of about the same length share their plans. */
const HISTORY_PLACES = 64;

/**
 * Runs a search to its end. So many steps as one readback is allowed for are one graph and one submission: tokens are chosen
 * on the device, and fed back to the model there. What each step did, 5 numbers for each beam, comes to the host at the end
 * of them, and only then is it known whether all is over; steps past that find no beam that lives, and change nothing.
 *
 * The device decides all that a next step depends on: which beams go on, which have ended, how many a group has of those,
 * and what may follow a row's own tokens. The host puts the chains of tokens together and scores them, which nothing on the
 * device waits for.
 */
export async function advance<S>(step: SearchStep<S>, state: S, settings: Settings, choose: Choose): Promise<History> {
  const { where, sources, copies } = settings;
  expectRows(
    where,
    "the state",
    state,
    sources / copies,
    "Its first axis is that of the sources; search repeats it for the beams.",
  );
  const history = new History(settings);
  const recorder = new Recorder(step, settings, choose);
  const first = firstRows(state, settings);
  recorder.expectSound(first);
  let rows = await broughtToDevice(first, state);
  try {
    for (let done = 0; !history.isOver; done += settings.stepsPerReadback) {
      const { report, after } = recorder.record(rows, done);
      const kept = new Set(leavesOf(rows));
      const made = leavesOf(after).filter((leaf) => !kept.has(leaf));
      await evaluate([report, ...made]);
      const next = mapLeaves(after, (leaf) => (kept.has(leaf) ? leaf : detach(leaf)));
      for (const leaf of made) if (recorder.makes(leaf)) leaf.dispose();
      const still = new Set(leavesOf(next));
      for (const leaf of kept) if (!still.has(leaf)) leaf.dispose();
      rows = next;
      history.add((await report.data()) as Float32Array, recorder.places);
      report.dispose();
    }
  } finally {
    for (const leaf of leavesOf(rows)) leaf.dispose();
  }
  return history;
}

/** What there is before the first token: the state of each source for all of its beams, of which each group has one that lives. */
function firstRows<S>(
  state: S,
  { sources, copies, beams, groups, start, maxLength, ngram, stepsPerReadback }: Settings,
): Rows<S> {
  const R = sources * beams;
  const eachOf = (rows: number): Tensor => tensor(Uint32Array.from({ length: R }, (_, row) => Math.floor(row / rows)));
  const origin = eachOf(beams * copies);
  const ranks = Float32Array.from({ length: 2 * R }, (_, i) => {
    const beam = i % (2 * beams);
    return beam < beams && beam % (beams / groups) === 0 ? 0 : LOG_ZERO; // nothing is finished either
  });
  const most = Math.max(...maxLength) + stepsPerReadback;
  const L = Math.ceil(most / HISTORY_PLACES) * HISTORY_PLACES;
  return {
    tokens: gather(tensor(Uint32Array.from(start)), eachOf(beams)),
    beams: identity(tensor(ranks, { shape: [sources, 2, beams] })),
    state: mapLeaves(state, (leaf) => (beams * copies === 1 ? leaf : gather(leaf, origin))),
    history: ngram > 0 ? cast(zeros([R, L]), "u32") : undefined,
    covered: undefined,
  };
}

/** Rows whose values are on the device. @param state that of the caller, whose tensors stay the caller's */
async function broughtToDevice<S>(rows: Rows<S>, state: S): Promise<Rows<S>> {
  const leaves = leavesOf(rows);
  await evaluate(leaves);
  const first = mapLeaves(rows, detach);
  const given = new Set(leavesOf(state));
  for (const leaf of leaves) if (!given.has(leaf)) leaf.dispose();
  return first;
}
