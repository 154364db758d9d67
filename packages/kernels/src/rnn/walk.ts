import { wgsl } from "../core";
import { HIDDEN_ZERO } from "./tile";

interface Walk {
  /** WGSL of step `s` of the tile `tile`. */
  readonly step: string;
  /** WGSL of unit `u` of a `row` at a step that is padding, for the direction `d`. */
  readonly pad: string;
  readonly rows: number;
  /** Whether it begins at the scan's last step. */
  readonly backward: boolean;
  /** Whether rows come by falling length: the first of a tile is then its longest. */
  readonly hasOrder: boolean;
  /** Whether a workgroup takes two tiles, one from either end of the batch. */
  readonly inPairs: boolean;
}

/**
 * WGSL of the body of a kernel whose workgroups walk over the steps of this dispatch, and the functions that it calls.
 * Where all rows of a tile have ended, what is left of it is written in one go, without a barrier at each step.
 */
export function walkCode({ step, pad, rows, backward, hasOrder, inPairs }: Walk): { functions: string; body: string } {
  const steps = (from: string, to: string): string => wgsl`
    for (var n = ${from}; n < ${to}; n++) { let s = ${stepOf(backward)}; ${step} }`;
  const longest = `lengthAt(tile * ${rows}u)`;
  const ended = `clamp(${backward ? `dims.T - ${longest}` : longest}, begin, end)`;
  const parts = backward
    ? `padTile(begin, ended, lane, tile, group.z); storageBarrier(); ${steps("ended", "end")}`
    : `${steps("begin", "ended")} padTile(ended, end, lane, tile, group.z);`;
  const tileWalk = hasOrder ? `let ended = ${ended}; ${parts}` : steps("begin", "end");
  const tiles = `(dims.B + ${rows - 1}u) / ${rows}u`;
  const eachTile = inPairs
    ? wgsl`
      let pair = vec2u(group.y, ${tiles} - 1u - group.y);
      for (var half = 0u; half < select(2u, 1u, pair.x == pair.y); half++) {
        let tile = pair[half];
        ${tileWalk}
      }`
    : `let tile = tileOf(group.y); ${tileWalk}`;
  return {
    functions: hasOrder ? padTile({ pad, rows, backward }) : "",
    body: wgsl`
      let chunk = (dims.T + dims.repeats - 1u) / dims.repeats;
      let begin = min(dims.step * chunk, dims.T);
      let end = min(begin + chunk, dims.T);
      ${eachTile}`,
  };
}

/** WGSL: the step of the scan that is walked over as the n-th. */
const stepOf = (backward: boolean): string => (backward ? "dims.T - 1u - n" : "n");

/** WGSL function: the steps from `begin` to `end` of a tile, all of them padding. */
const padTile = ({ pad, rows, backward }: Pick<Walk, "pad" | "rows" | "backward">): string => wgsl`
    fn padTile(begin: u32, end: u32, lane: u32, tile: u32, d: u32) {
      for (var index = tile * ${rows}u; index < min((tile + 1u) * ${rows}u, dims.B) + ${HIDDEN_ZERO}; index++) {
        for (var n = begin; n < end; n++) {
          let row = rowAt(index, ${stepOf(backward)}, d);
          for (var u = lane; u < H; u += WORKGROUP) { ${pad} }
        }
      }
    }`;
