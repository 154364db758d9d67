import type { Trace } from "./trace";

/** So many operations, each in its so many-th submission, are the past of a loop that keeps too little. */
const [MANY, OFTEN] = [256, 8];

const times = new WeakMap<object, number>();
let isTold = false;

/**
 * Says once, on the console, where each submission computes all before it anew: right, ever slower, and in the end more
 * than a device does at once. It is what comes of reading an output alone and going on with the state beside it.
 */
export function noteRepeats({ nodes }: Trace): void {
  if (isTold) return;
  let repeated = 0;
  for (const node of nodes) {
    const now = (times.get(node) ?? 0) + 1;
    times.set(node, now);
    if (now >= OFTEN) repeated++;
  }
  if (repeated < MANY) return;
  isTold = true;
  console.warn(
    `${repeated} operations of earlier steps are computed at every step. Keep what the next one needs: ` +
      "await evaluate([output, state.h, state.c]).",
  );
}
