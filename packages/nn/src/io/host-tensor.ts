import { DTypeError, ShapeError } from "@unroll/kernels";
import { computed } from "../graph/node";
import { type DType, dtypeOf, type HostData } from "../tensor/dtype";

/** A tensor in the host's memory, row-major: what files hold and what parameters are filled from. */
export interface HostTensor {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly data: HostData;
}

/** Elements of a shape: 1 for a scalar's empty shape. */
export const elementCount = (shape: readonly number[]): number =>
  shape.reduce((product, extent) => product * extent, 1);

/**
 * Refuses a tensor whose parts contradict one another.
 * @throws DTypeError if `data` is not the array type that holds `dtype`
 * @throws ShapeError if an extent is not a whole number ≥ 0, or `data` has not as many elements as `shape` says
 */
export function checkHostTensor(where: string, what: string, { dtype, shape, data }: HostTensor): void {
  const held = dtypeOf(data);
  if (held !== (dtype === "bool" ? "u32" : computed(dtype))) {
    throw new DTypeError({
      where,
      what: `the data of ${what}`,
      expected: `an array of ${dtype === "bool" ? "u32 words, as bool is stored" : dtype}`,
      received: data.constructor.name,
      remedy: "Change dtype, or copy the values into the typed array that holds it.",
    });
  }
  if (!shape.every((extent) => Number.isSafeInteger(extent) && extent >= 0) || elementCount(shape) !== data.length) {
    throw new ShapeError({
      where,
      what: `the shape of ${what}`,
      expected: `whole numbers whose product is ${data.length}, as data has elements,`,
      received: `[${shape.join(", ")}]`,
      remedy: "Pass the shape that the values were made with.",
    });
  }
}
