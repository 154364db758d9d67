import { reshape } from "../../ops/reshape";
import { unstack } from "../../ops/split";
import { type Generator, sharedGenerator } from "../../random/generator";
import { type Parameter, parameter } from "../../tensor/parameter";
import type { Shape } from "../../tensor/shape";
import type { Tensor } from "../../tensor/tensor";
import { uniform } from "../init";

export interface CellOptions {
  /** `sharedGenerator()` by default. */
  rng?: Generator;
}

/** A parameter from U(−1/√n, 1/√n). */
export function uniformParameter(shape: Shape, n: number, rng: Generator): Parameter {
  return parameter(uniform(shape, 1 / Math.sqrt(n), rng));
}

/**
 * The weights of a cell with G gates, as fused layers hold and draw them: W [G·H, I], R [G·H, H], b [G·H], rows unit by
 * unit and within a unit gate by gate, all from U(−1/√H, 1/√H).
 */
export function recurrentWeights(
  gates: number,
  inputSize: number,
  hiddenSize: number,
  { rng = sharedGenerator() }: CellOptions,
): { weightIh: Parameter; weightHh: Parameter; bias: Parameter } {
  const rows = gates * hiddenSize;
  return {
    weightIh: uniformParameter([rows, inputSize], hiddenSize, rng),
    weightHh: uniformParameter([rows, hiddenSize], hiddenSize, rng),
    bias: uniformParameter([rows], hiddenSize, rng),
  };
}

/** The gates of pre-activations whose rows lie unit by unit along one axis: G tensors, of the units each. */
export function gatesOf(a: Tensor, gates: number, axis = a.rank - 1): Tensor[] {
  const units = (a.shape[axis] as number) / gates;
  return unstack(reshape(a, [...a.shape.slice(0, axis), units, gates, ...a.shape.slice(axis + 1)]), axis + 1);
}
