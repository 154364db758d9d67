import { where } from "../ops/arithmetic";
import { reshape } from "../ops/reshape";
import { unstack } from "../ops/split";
import { stack } from "../ops/stack";
import { trace } from "../plan/trace";
import type { Shape } from "../tensor/shape";
import { onTape, Tape } from "../tensor/tape";
import { Tensor } from "../tensor/tensor";
import { defer } from "./deferred";
import type { Standing } from "./node";

type Named = Readonly<Record<string, Tensor>>;

/** A loop over time, and what its steps read. */
export interface StepLoop<I extends Named, S extends Named, W extends Named, O extends Named> {
  /** Whose loop it is: a module whose steps are alike. */
  readonly owner: object;
  /** Of each step its own: [B, T, …]. */
  readonly inputs: I;
  /** What goes from step to step: [B, …] each. */
  readonly state: S;
  /** What all steps read. */
  readonly shared: W;
  /** Which steps are not padding, [B, T]: past its end a row keeps its state, and what is given for it means nothing. All where absent. */
  readonly active?: Tensor | undefined;
  /** Whether the last step comes first. */
  readonly reverse?: boolean;
  /** A step: operations over nothing but its arguments. It makes equal numbers each time. */
  readonly step: (inputs: I, state: S, shared: W) => { readonly outputs: O; readonly state: S };
}

/** Loops whose steps were recorded and found to be alike, and those whose steps were not. */
const steady = new WeakSet<object>();
const varying = new WeakSet<object>();

/**
 * Runs a step over all T of its inputs. It is recorded as one step, which stands for all until a plan is made, so that a
 * training step costs the page as little for long sequences as for short ones. Where steps draw random numbers, change a
 * dtype, or make other numbers than the one before, all of them are recorded.
 *
 *   const { outputs, state } = loopOverSteps({ owner: this, inputs: { x }, state: { h }, shared: { w },
 *     step: ({ x }, { h }, { w }) => { const next = tanh(add(x, linear(h, w))); return { outputs: { h: next }, state: { h: next } }; } });
 *
 * @returns outputs [B, T, …] of all steps by name, and the state after the last
 */
export function loopOverSteps<I extends Named, S extends Named, W extends Named, O extends Named>(
  loop: StepLoop<I, S, W, O>,
): { readonly outputs: O; readonly state: S } {
  return deferredLoop(loop) ?? allSteps(loop);
}

const T_AXIS = 1;

const mapped = <N extends Named>(tensors: N, to: (tensor: Tensor) => Tensor): N =>
  Object.fromEntries(Object.entries(tensors).map(([name, of]) => [name, to(of)])) as N;

/** A mask of leading axes, with as many axes as `like`. */
export const alongRows = (mask: Tensor, like: Tensor): Tensor =>
  reshape(mask, [...mask.shape, ...new Array<number>(like.rank - mask.rank).fill(1)]);

/** The next state of rows that have not ended, the old one of others. */
function kept<S extends Named>(active: Tensor, next: S, old: S): S {
  const entries = Object.entries(next).map(([name, value]) => {
    return [name, where(alongRows(active, value), value, old[name] as Tensor)];
  });
  return Object.fromEntries(entries) as S;
}

/** The steps one after another. `tape` holds what one of them makes; `onStep` says what goes on of the states that step t gives. */
function allSteps<I extends Named, S extends Named, W extends Named, O extends Named>(
  { inputs, state, shared, active, reverse, step }: StepLoop<I, S, W, O>,
  tape = new Tape(),
  onStep?: (t: number, next: S) => S,
): { outputs: O; state: S } {
  const parts = Object.entries(inputs).map(([name, of]) => [name, unstack(of, T_AXIS)] as const);
  const isActive = active && unstack(active, T_AXIS);
  const T = parts[0]?.[1].length ?? 0;
  const made = new Array<O>(T);
  let now = state;
  for (let n = 0; n < T; n++) {
    const t = reverse ? T - 1 - n : n;
    const own = Object.fromEntries(parts.map(([name, steps]) => [name, steps[t] as Tensor])) as I;
    const start = now;
    const { outputs, state: next } = onTape(tape, () => step(own, start, shared));
    const after = onStep ? onStep(t, next) : next;
    now = isActive ? kept(isActive[t] as Tensor, after, now) : after;
    // An output that is a state need not exist beside it.
    const stateOf = new Map(Object.entries(next).map(([name, of]) => [of, now[name] as Tensor]));
    made[t] = mapped(outputs, (of) => stateOf.get(of) ?? of);
  }
  const outputs = Object.keys(made[0] ?? {}).map((name) => {
    return [
      name,
      stack(
        made.map((of) => of[name] as Tensor),
        T_AXIS,
      ),
    ];
  });
  return { outputs: Object.fromEntries(outputs) as O, state: now };
}

function deferredLoop<I extends Named, S extends Named, W extends Named, O extends Named>(
  loop: StepLoop<I, S, W, O>,
): { outputs: O; state: S } | undefined {
  const { owner, inputs, state, shared, active, reverse = false } = loop;
  if (varying.has(owner)) return undefined;
  const given: Tensor[] = [];
  const stands = new Map<Tensor, number>();
  const standings: Standing[] = [];
  const inPlaceOf = (outside: Tensor, shape: Shape): Tensor => {
    const inside = new Tensor({ kind: "device" }, shape, outside.dtype);
    stands.set(inside, given.push(outside) - 1);
    standings.push({ inside, outside });
    return inside;
  };
  const withoutT = ([B = 0, , ...rest]: Shape): Shape => [B, ...rest];
  const own = mapped(inputs, (of) => inPlaceOf(of, withoutT(of.shape)));
  const start = mapped(state, (of) => inPlaceOf(of, of.shape));
  const common = mapped(shared, (of) => inPlaceOf(of, of.shape));
  const T = Object.values(inputs)[0]?.shape[T_AXIS] ?? 0;
  if (active) given.push(active);

  const tape = new Tape();
  const { outputs, state: next } = onTape(tape, () => loop.step(own, start, common));
  const names = Object.keys(state);
  const outputNames = Object.keys(outputs);
  const isSteady = names.every((name) => next[name]?.dtype === state[name]?.dtype);
  if (tape.hasDraws || !isSteady) return undefined;

  let made: ReturnType<typeof allSteps<I, S, W, O>> | undefined;
  if (!steady.has(owner)) {
    made = allSteps(loop, tape);
    (tape.hasDiffered ? varying : steady).add(owner);
    if (tape.hasDiffered) return made;
  }
  const results = [...outputNames.map((name) => outputs[name] as Tensor), ...names.map((name) => next[name] as Tensor)];
  const step = trace(results);
  const roles = step.leaves.map(({ tensor: leaf }) => stands.get(leaf) ?? given.push(leaf) - 1);
  const [ofInputs, ofStates] = [Object.keys(inputs).length, Object.keys(inputs).length + names.length];
  const counts = [inputs, state, shared].map((of) => Object.keys(of).length);
  const facts = results.map(({ shape, dtype }, k) => {
    const [B = 0, ...rest] = shape;
    return { shape: k < outputNames.length ? [B, T, ...rest] : shape, dtype };
  });
  const inOrder = ({ outputs: values, state: end }: ReturnType<typeof allSteps<I, S, W, O>>): Tensor[] => [
    ...outputNames.map((name) => values[name] as Tensor),
    ...names.map((name) => end[name] as Tensor),
  ];
  const all = defer({
    inputs: given,
    scalars: step.scalars,
    hasHalves: step.hasHalves,
    loop: {
      steps: standings.slice(0, ofInputs),
      states: standings
        .slice(ofInputs, ofStates)
        .map((each, k) => ({ ...each, next: results[outputNames.length + k] as Tensor })),
      shared: standings.slice(ofStates),
      outputs: results.slice(0, outputNames.length),
      active,
      reverse,
    },
    outputs: facts,
    signature: `${T} steps${reverse ? " back" : ""}${active ? " of rows" : ""} ${counts}/${roles}/${step.key}`,
    expand: () => inOrder(made ?? allSteps(loop, tape)),
    looked: {
      owner,
      reverse,
      active,
      repeat() {
        const [states, passed] = [new Array<S>(T), new Array<S>(T)];
        const again = allSteps(loop, new Tape(), (t, after) => {
          states[t] = after;
          passed[t] = mapped(after, (state) => reshape(reshape(state, [1, ...state.shape]), state.shape)); // tensors of their own
          return passed[t];
        });
        return { outputs: inOrder(again), states, passed };
      },
    },
  });
  const named = (list: readonly string[], from: number): Named =>
    Object.fromEntries(list.map((name, k) => [name, all[from + k] as Tensor]));
  return { outputs: named(outputNames, 0) as O, state: named(names, outputNames.length) as S };
}
