import { UnsupportedError } from "@unroll/kernels";
import { alongRows, loopOverSteps } from "../graph/loop";
import { less, mul, where } from "../ops/arithmetic";
import { reshape } from "../ops/reshape";
import { expectShape, type Shape } from "../tensor/shape";
import { Tensor, tensor } from "../tensor/tensor";
import type { Cell, CellState, StepInput, StepResult } from "./cells/cell";

/** How a cell runs over a batch. */
export interface Unrolling<S extends CellState> {
  /** [B, T, …inputShape] */
  readonly x: Tensor;
  /** State to start from, [B, …] each. */
  readonly state: S;
  readonly reverse: boolean;
  /** Which steps are not padding [B, T], from `activeSteps`; all where absent. */
  readonly active: Tensor | undefined;
  /** Masks [B, …] of states that recurrent weights see, by name. */
  readonly masks: Named;
}

type Named = { readonly [name: string]: Tensor };

/** Which steps of a batch are not padding, [B, T]. @param lengths [B] of u32 */
export function activeSteps(lengths: Tensor, T: number): Tensor {
  const steps = tensor(
    Uint32Array.from({ length: T }, (_, t) => t),
    { shape: [1, T], name: "steps" },
  );
  return less(steps, reshape(lengths, [lengths.size, 1]));
}

/**
 * Runs a cell over all steps of a batch. Past the end of a row its output is zero and its state stays as it is, so that
 * a reverse pass starts at the row's last step.
 * @returns output [B, T, …outputShape] and the final state
 * @throws ShapeError if the cell gives what it did not declare
 * @throws UnsupportedError if there are masks and the cell does not look at what it sees through them
 */
export function unroll<S extends CellState>(
  cell: Cell<S, StepInput>,
  { x, state, masks, active, reverse }: Unrolling<S>,
): { output: Tensor; state: S } {
  const [B, T] = x.shape as [number, number];
  const prepared = cell.prepare?.(x) ?? x;
  const isPlain = prepared instanceof Tensor;
  const loop = loopOverSteps({
    owner: cell,
    inputs: isPlain ? { [PLAIN]: prepared } : prepared,
    state,
    shared: masks,
    active,
    reverse,
    step(inputs, start: S, seen) {
      const { output, state: next } = oneStep(cell, isPlain ? (inputs[PLAIN] as Tensor) : inputs, start, seen, B);
      return { outputs: { output }, state: next };
    },
  });
  const output = cell.finish?.(loop.outputs.output) ?? loop.outputs.output;
  const remedy = "A step gives [B, …] of the output that the cell declares.";
  expectShape(stepOf(cell), { output }, [B, T, ...cell.outputShape], remedy);
  return { output: active ? where(alongRows(active, output), output, 0) : output, state: loop.state };
}

/** What a loop calls the input of a cell that names none. */
const PLAIN = "x";

/** One step, whose results are what the cell declares. */
function oneStep<S extends CellState>(
  cell: Cell<S, StepInput>,
  x: StepInput,
  state: S,
  masks: Named,
  B: number,
): StepResult<S> {
  const view = seenThrough(masks, state);
  const result = cell.step(x, state, view.seen);
  const shapes: [string, Shape][] = Object.entries(cell.stateShapes);
  for (const [name, shape] of shapes) {
    const value = { [`state.${name}`]: result.state[name] as Tensor };
    expectShape(stepOf(cell), value, [B, ...shape], "A step gives every state that the cell declares, with its shape.");
  }
  if (view.wasRead()) return result;
  throw new UnsupportedError({
    where: stepOf(cell),
    what: "the cell does not look at its third argument, so recurrent dropout would do nothing",
    remedy: "Multiply recurrent weights by what step(x, state, seen) gets as seen, or leave recurrentDropout out.",
  });
}

const stepOf = (cell: object): string => `${cell.constructor.name}.step`;

/** A state through masks, and whether anything was looked at through one, if there are any. */
function seenThrough<S extends CellState>(masks: Named, state: S): { seen: S; wasRead: () => boolean } {
  const names = Object.keys(masks);
  if (names.length === 0) return { seen: state, wasRead: () => true };
  const made = new Map<string, Tensor>();
  const seen: Record<string, Tensor> = { ...state };
  for (const name of names) {
    const get = (): Tensor => {
      const value = made.get(name) ?? mul(state[name] as Tensor, masks[name] as Tensor);
      made.set(name, value);
      return value;
    };
    Object.defineProperty(seen, name, { get, enumerable: true });
  }
  return { seen: seen as S, wasRead: () => made.size > 0 };
}
