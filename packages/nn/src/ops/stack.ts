import { ValueError } from "@unroll/kernels";
import { expectTensors } from "../tensor/kind";
import { resolveAxis } from "../tensor/shape";
import type { Tensor } from "../tensor/tensor";
import { concat } from "./concat";
import { reshape } from "./reshape";

/**
 * Tensors of one shape side by side along a new axis, by default the first.
 * @throws ShapeError if their shapes differ
 * @throws ValueError if there are no tensors
 */
export function stack(tensors: readonly Tensor[], axis = 0): Tensor {
  expectTensors("stack", tensors);
  const [first] = tensors;
  if (!first) throw new ValueError({ where: "stack", what: "the tensors", expected: "at least one", received: "none" });
  const at = resolveAxis("stack", axis, first.rank + 1);
  const parts = tensors.map((part) => reshape(part, [...part.shape.slice(0, at), 1, ...part.shape.slice(at)]));
  return concat(parts, at);
}
