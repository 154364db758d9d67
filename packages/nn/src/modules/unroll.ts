import { UnsupportedError } from "@unroll/kernels";
import { less, mul, where } from "../ops/arithmetic";
import { reshape } from "../ops/reshape";
import { stack, unstack } from "../ops/split";
import { expectShape, type Shape } from "../tensor/shape";
import { Tensor, tensor } from "../tensor/tensor";
import type { Cell, CellState, StepInput } from "./cells/cell";

/** How a cell runs over a batch. */
export interface Unrolling<S extends CellState> {
  /** [B, T, …inputShape] */
  readonly x: Tensor;
  /** State to start from, [B, …] each. */
  readonly state: S;
  readonly reverse: boolean;
  /** Which steps are not padding, from `activeSteps`; all where absent. */
  readonly active: ActiveSteps | undefined;
  /** Masks [B, …] of states that recurrent weights see, by name. */
  readonly masks: { readonly [name: string]: Tensor };
}

/** Which rows are not past their end, at all steps and at each. */
export interface ActiveSteps {
  readonly all: Tensor; //                 [B, T]
  readonly steps: readonly Tensor[]; // T × [B]
}

/** @param lengths [B] of u32 */
export function activeSteps(lengths: Tensor, T: number): ActiveSteps {
  const steps = tensor(
    Uint32Array.from({ length: T }, (_, t) => t),
    { shape: [1, T], name: "steps" },
  );
  const all = less(steps, reshape(lengths, [lengths.size, 1]));
  return { all, steps: unstack(all, 1) };
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
  { x, state, reverse, active, masks }: Unrolling<S>,
): { output: Tensor; state: S } {
  const where_ = `${cell.constructor.name}.step`;
  const [B, T] = x.shape as [number, number];
  const inputs = stepsOf(cell.prepare?.(x) ?? x, T);
  const outputs = new Array<Tensor>(T);
  let now = state;
  for (let n = 0; n < T; n++) {
    const t = reverse ? T - 1 - n : n;
    const view = seenThrough(masks, now);
    const { output, state: next } = cell.step(inputs[t] as StepInput, now, view.seen);
    if (n === 0) {
      expectState(where_, cell, next, B);
      expectSeen(where_, masks, view.wasRead());
    }
    outputs[t] = output;
    now = active ? kept(active.steps[t] as Tensor, next, now) : next;
  }
  const stacked = stack(outputs, 1);
  const output = cell.finish?.(stacked) ?? stacked;
  expectShape(
    where_,
    { output },
    [B, T, ...cell.outputShape],
    "A step gives [B, …] of the output that the cell declares.",
  );
  return { output: active ? where(alongRows(active.all, output), output, 0) : output, state: now };
}

/** A mask of leading axes, with as many axes as `like`. */
const alongRows = (mask: Tensor, like: Tensor): Tensor =>
  reshape(mask, [...mask.shape, ...new Array<number>(like.rank - mask.rank).fill(1)]);

/** The next state of rows that have not ended, the old one of others. */
function kept<S extends CellState>(active: Tensor, next: S, old: S): S {
  const entries = Object.entries(next).map(([name, value]) => {
    return [name, where(alongRows(active, value), value, old[name] as Tensor)];
  });
  return Object.fromEntries(entries) as S;
}

/** Each step's input. */
function stepsOf(prepared: StepInput, T: number): StepInput[] {
  if (prepared instanceof Tensor) return unstack(prepared, 1);
  const parts = Object.entries(prepared).map(([name, value]) => [name, unstack(value, 1)] as const);
  return Array.from({ length: T }, (_, t) =>
    Object.fromEntries(parts.map(([name, steps]) => [name, steps[t] as Tensor])),
  );
}

/** A state through masks, and whether anything was looked at through one. */
function seenThrough<S extends CellState>(masks: Unrolling<S>["masks"], state: S): { seen: S; wasRead: () => boolean } {
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

function expectSeen(where_: string, masks: object, wasRead: boolean): void {
  if (wasRead || Object.keys(masks).length === 0) return;
  throw new UnsupportedError({
    where: where_,
    what: "the cell does not look at its third argument, so recurrent dropout would do nothing",
    remedy: "Multiply recurrent weights by what step(x, state, seen) gets as seen, or leave recurrentDropout out.",
  });
}

function expectState<S extends CellState>(where_: string, cell: Cell<S, StepInput>, state: S, B: number): void {
  const shapes: [string, Shape][] = Object.entries(cell.stateShapes);
  for (const [name, shape] of shapes) {
    const value = { [`state.${name}`]: state[name] as Tensor };
    expectShape(where_, value, [B, ...shape], "A step gives every state that the cell declares, with its shape.");
  }
}
