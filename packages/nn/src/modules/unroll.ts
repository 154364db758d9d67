import { UnsupportedError } from "@unroll/kernels";
import { defer } from "../graph/deferred";
import type { Standing } from "../graph/node";
import { less, mul, where } from "../ops/arithmetic";
import { reshape } from "../ops/reshape";
import { stack, unstack } from "../ops/split";
import { trace } from "../plan/trace";
import { expectShape, type Shape } from "../tensor/shape";
import { onTape, Tape } from "../tensor/tape";
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

/** What all steps of a loop read and where they begin: by name where the cell names them. */
interface Loop<S extends CellState> {
  readonly cell: Cell<S, StepInput>;
  /** What the cell prepared: [B, T, …] each. */
  readonly prepared: StepInput;
  readonly state: S;
  readonly reverse: boolean;
  readonly active: Tensor | undefined;
  readonly masks: Named;
  readonly B: number;
  readonly T: number;
}

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
  { x, ...of }: Unrolling<S>,
): { output: Tensor; state: S } {
  const [B, T] = x.shape as [number, number];
  const loop: Loop<S> = { cell, prepared: cell.prepare?.(x) ?? x, B, T, ...of };
  const { outputs, state } = deferredSteps(loop) ?? allSteps(loop);
  const output = cell.finish?.(outputs) ?? outputs;
  const remedy = "A step gives [B, …] of the output that the cell declares.";
  expectShape(stepOf(cell), { output }, [B, T, ...cell.outputShape], remedy);
  return { output: of.active ? where(alongRows(of.active, output), output, 0) : output, state };
}

/** Cells whose steps were recorded and found to be alike, and those whose steps were not. */
const steady = new WeakSet<object>();
const varying = new WeakSet<object>();

/** The steps one after another. `tape` holds what one of them makes. */
function allSteps<S extends CellState>(
  { cell, prepared, state, reverse, active, masks, B, T }: Loop<S>,
  tape = new Tape(),
): { outputs: Tensor; state: S } {
  const inputs = stepsOf(prepared, T);
  const isActive = active && unstack(active, 1);
  const outputs = new Array<Tensor>(T);
  let now = state;
  for (let n = 0; n < T; n++) {
    const t = reverse ? T - 1 - n : n;
    const start = now;
    const { output, state: next } = onTape(tape, () => oneStep(cell, inputs[t] as StepInput, start, masks, B));
    now = isActive ? kept(isActive[t] as Tensor, next, now) : next;
    // An output that is a state need not exist beside it: where they differ, past a row's end, the output becomes zero.
    const name = Object.keys(next).find((of) => next[of] === output);
    outputs[t] = name === undefined ? output : (now[name] as Tensor);
  }
  return { outputs: stack(outputs, 1), state: now };
}

/**
 * The loop as one deferred part of the graph: only one step is recorded to know it by, whatever T is, and all of them
 * where a plan is made. None where a step cannot stand for the others: it draws random numbers, changes a dtype, or makes
 * other numbers than the step before, which the first loop of a cell tells.
 */
function deferredSteps<S extends CellState>(loop: Loop<S>): { outputs: Tensor; state: S } | undefined {
  const { cell, prepared, state, reverse, active, masks, B, T } = loop;
  if (varying.has(cell)) return undefined;
  const given: Tensor[] = [];
  const stands = new Map<Tensor, number>();
  const standings: Standing[] = [];
  /** A tensor in the place of one that the loop reads, and how it is told apart from others. */
  const inPlaceOf = (outside: Tensor, shape: Shape): Tensor => {
    const inside = new Tensor({ kind: "device" }, shape, outside.dtype);
    stands.set(inside, given.push(outside) - 1);
    standings.push({ inside, outside });
    return inside;
  };
  const named = (tensors: Named, from: number): Named =>
    Object.fromEntries(
      Object.entries(tensors).map(([name, of]) => [name, inPlaceOf(of, [B, ...of.shape.slice(from)])]),
    );
  const x = prepared instanceof Tensor ? inPlaceOf(prepared, [B, ...prepared.shape.slice(2)]) : named(prepared, 2);
  const start = named(state, 1) as S;
  const seen = named(masks, 1);
  if (active) given.push(active);

  const tape = new Tape();
  const { output, state: next } = onTape(tape, () => oneStep(cell, x, start, seen, B));
  const names = Object.keys(state);
  const results = names.map((name) => next[name] as Tensor);
  const isSteady = names.every((name) => next[name]?.dtype === state[name]?.dtype);
  if (tape.hasDraws || !isSteady) return undefined;

  let made: ReturnType<typeof allSteps<S>> | undefined;
  if (!steady.has(cell)) {
    made = allSteps(loop, tape);
    (tape.hasDiffered ? varying : steady).add(cell);
    if (tape.hasDiffered) return made;
  }
  const step = trace([output, ...results]);
  const counts = [x instanceof Tensor ? 1 : Object.keys(x).length, names.length, Object.keys(masks).length] as const;
  const [ofInput, ofState] = [counts[0], counts[0] + counts[1]];
  const roles = step.leaves.map(({ tensor: leaf }) => stands.get(leaf) ?? given.push(leaf) - 1);
  const outputs = { shape: [B, T, ...output.shape.slice(1)], dtype: output.dtype };
  const [all, ...last] = defer({
    inputs: given,
    scalars: step.scalars,
    hasHalves: step.hasHalves,
    loop: {
      steps: standings.slice(0, ofInput),
      states: standings.slice(ofInput, ofState).map((each, k) => ({ ...each, next: results[k] as Tensor })),
      shared: standings.slice(ofState),
      outputs: [output],
      active,
      reverse,
    },
    outputs: [outputs, ...results.map(({ shape, dtype }) => ({ shape, dtype }))],
    signature: `${T} steps${reverse ? " back" : ""}${active ? " of rows" : ""} ${counts}/${roles}/${step.key}`,
    expand() {
      const { outputs: values, state: end } = made ?? allSteps(loop, tape);
      return [values, ...names.map((name) => end[name] as Tensor)];
    },
  }) as [Tensor, ...Tensor[]];
  return { outputs: all, state: Object.fromEntries(names.map((name, k) => [name, last[k] as Tensor])) as S };
}

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
