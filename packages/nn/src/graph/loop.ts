import { stack, unstack } from "../ops/split";
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

function allSteps<I extends Named, S extends Named, W extends Named, O extends Named>(
  { inputs, state, shared, step }: StepLoop<I, S, W, O>,
  tape = new Tape(),
): { outputs: O; state: S } {
  const parts = Object.entries(inputs).map(([name, of]) => [name, unstack(of, T_AXIS)] as const);
  const T = parts[0]?.[1].length ?? 0;
  const made: O[] = [];
  let now = state;
  for (let t = 0; t < T; t++) {
    const own = Object.fromEntries(parts.map(([name, steps]) => [name, steps[t] as Tensor])) as I;
    const start = now;
    const result = onTape(tape, () => step(own, start, shared));
    made.push(result.outputs);
    now = result.state;
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
  const { owner, inputs, state, shared } = loop;
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
      active: undefined,
      reverse: false,
    },
    outputs: facts,
    signature: `${T} steps of ${counts}/${roles}/${step.key}`,
    expand() {
      const { outputs: values, state: end } = made ?? allSteps(loop, tape);
      return [...outputNames.map((name) => values[name] as Tensor), ...names.map((name) => end[name] as Tensor)];
    },
  });
  const named = (list: readonly string[], from: number): Named =>
    Object.fromEntries(list.map((name, k) => [name, all[from + k] as Tensor]));
  return { outputs: named(outputNames, 0) as O, state: named(names, outputNames.length) as S };
}
