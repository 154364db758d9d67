import { ShapeError, ValueError } from "@unroll/kernels";
import { add, arange, cast, expectKnown, expectShape, formatShape, hostValues, reshape, Tensor } from "@unroll/nn";

/** Where a batch of sequences begins. */
export interface PlaceOptions {
  /**
   * Place of the first step: how many came before, as when decoding from a cache. A number, or u32 [B], one for each row.
   * 0 by default. A table grows, or refuses, by what is known here: where the device alone knows the offsets, as those of
   * a cache, call `reserve` first, and see that learned positions are enough.
   */
  offset?: number | Tensor | undefined;
}

/** The places of T steps of B rows as u32 [B, T]. */
export function placesFrom(offset: Tensor, T: number): Tensor {
  return add(reshape(cast(offset, "u32"), [offset.size, 1]), reshape(arange(T, { dtype: "u32" }), [1, T]));
}

/**
 * The steps T of x; the checked offset, a number or a tensor [B]; and the greatest of it, 0 where the device alone knows.
 * @throws ShapeError, ValueError
 */
export function expectPlaces(
  where: string,
  x: Tensor,
  features: number,
  options: PlaceOptions,
): { T: number; offset: number | Tensor; before: number } {
  const { offset = 0 } = expectKnown(where, options, ["offset"]);
  const { B, T } = expectShape(where, { x }, ["B", "T", features]) as { B: number; T: number };
  if (offset instanceof Tensor && (offset.rank !== 1 || offset.shape[0] !== B)) {
    throw new ShapeError({ where, what: "offset", expected: formatShape([B]), received: formatShape(offset.shape) });
  }
  let before = 0;
  for (const known of offset instanceof Tensor ? (hostValues(offset) ?? []) : [offset]) {
    if (!(Number.isInteger(known) && known >= 0)) {
      throw new ValueError({
        where,
        what: "offset",
        expected: "a whole number of at least 0",
        received: String(known),
      });
    }
    before = Math.max(before, known);
  }
  return { T, offset, before };
}

/** @throws ValueError if the last of T steps after `before` others lies past the end of a table of `length` places */
export function expectRoom(where: string, length: number, T: number, before: number, remedy: string): void {
  const last = T + before;
  if (last <= length) return;
  throw new ValueError({
    where,
    what: "the sequence",
    expected: `at most ${length} steps long, as the table of positions is`,
    received: before === 0 ? `${last} steps long` : `${last} steps long with the ${before} before it`,
    remedy,
  });
}
