import { ShapeError, ValueError } from "@unroll/kernels";
import { add, arange, cast, expectShape, formatShape, reshape, Tensor } from "@unroll/nn";

/** Where a batch of sequences begins. */
export interface PlaceOptions {
  /**
   * Place of the first step: how many came before, as when decoding from a cache. A number, or u32 [B], one for each row.
   * 0 by default.
   */
  offset?: number | Tensor | undefined;
}

/** The places of T steps of B rows as u32 [B, T]. */
export function placesFrom(offset: Tensor, T: number): Tensor {
  return add(reshape(cast(offset, "u32"), [offset.size, 1]), reshape(arange(T, { dtype: "u32" }), [1, T]));
}

/** B and T of x, and the checked offset: a number, or a tensor [B]. @throws ShapeError, ValueError */
export function expectPlaces(
  where: string,
  x: Tensor,
  features: number,
  { offset = 0 }: PlaceOptions,
): { B: number; T: number; offset: number | Tensor } {
  const { B, T } = expectShape(where, { x }, ["B", "T", features]) as { B: number; T: number };
  if (offset instanceof Tensor) {
    if (offset.rank !== 1 || offset.shape[0] !== B) {
      throw new ShapeError({ where, what: "offset", expected: formatShape([B]), received: formatShape(offset.shape) });
    }
  } else if (!(Number.isInteger(offset) && offset >= 0)) {
    throw new ValueError({ where, what: "offset", expected: "a whole number of at least 0", received: String(offset) });
  }
  return { B, T, offset };
}

/** @throws ValueError if the last step lies past the end of a table of `length` places */
export function expectRoom(where: string, length: number, T: number, offset: number | Tensor, remedy: string): void {
  const last = T + (offset instanceof Tensor ? 0 : offset);
  if (last <= length) return;
  throw new ValueError({
    where,
    what: "the sequence",
    expected: `at most ${length} steps long, as the table of positions is`,
    received:
      offset instanceof Tensor || offset === 0
        ? `${last} steps long`
        : `${last} steps long with the ${offset} before it`,
    remedy,
  });
}
