import { DTypeError, ShapeError, ValueError } from "@unroll/kernels";
import { hostValues } from "../graph/node";
import { expectShape } from "../tensor/shape";
import { Tensor, tensor } from "../tensor/tensor";

/** Lengths as a tensor. @throws ValueError if one is not a whole number from 1, or 0 where allowed, to T */
export function lengthsTensor(
  where: string,
  lengths: ArrayLike<number> | Tensor | undefined,
  { B, T }: { readonly B: number; readonly T: number },
  allowEmpty: boolean,
): Tensor | undefined {
  if (lengths === undefined) return undefined;
  if (lengths instanceof Tensor) {
    if (lengths.dtype !== "u32")
      throw new DTypeError({ where, what: "lengths", expected: "u32", received: lengths.dtype });
    expectShape(where, { lengths }, [B], "One length for each row.");
    checkLengths(where, hostValues(lengths) ?? [], T, allowEmpty);
    return lengths;
  }
  if (lengths.length !== B) {
    throw new ShapeError({
      where,
      what: "lengths",
      expected: `${B}, one for each row`,
      received: String(lengths.length),
    });
  }
  checkLengths(where, lengths, T, allowEmpty);
  return tensor(Uint32Array.from(lengths), { name: "lengths" });
}

function checkLengths(where: string, lengths: ArrayLike<number>, T: number, allowEmpty: boolean): void {
  const least = allowEmpty ? 0 : 1;
  for (let row = 0; row < lengths.length; row++) {
    const length = lengths[row] as number;
    if (Number.isInteger(length) && length >= least && length <= T) continue;
    throw new ValueError({
      where,
      what: `lengths[${row}]`,
      expected: `a whole number from ${least} to T = ${T}`,
      received: String(length),
      remedy:
        length === 0
          ? "Leave empty sequences out of the batch, or pass allowEmpty: true."
          : "Lengths count true steps.",
    });
  }
}
