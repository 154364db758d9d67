import { add, evaluate, grad, mul, stack, sum, type Tensor, tensor, unstack } from "@unroll/nn";
import { expectClose, type Float64Tensor, normal } from "@unroll/testing";
import { expect } from "vitest";
import type { Attention } from "../attention";
import { type Alignment, type AttentionCase, attendReference } from "../scores/scores.reference";

/** A tensor with a reference's numbers. */
export const toTensor = ({ shape, data }: Float64Tensor): Tensor => tensor(Float32Array.from(data), { shape });

/** Parameters in float64, by path. */
export async function parametersOf(attention: Attention): Promise<Record<string, Float64Tensor>> {
  const found: Record<string, Float64Tensor> = {};
  for (const [name, { initial, shape }] of Object.entries(
    Object.fromEntries(
      [...attention.namedParameters()].map(([path, parameter]) => [
        path,
        { initial: parameter.variable.initial, shape: parameter.shape },
      ]),
    ),
  )) {
    const data = initial ?? (await (attention.namedParameters().get(name) as Tensor).data());
    found[name] = { shape, data: Float64Array.from(data) };
  }
  return found;
}

export interface AttentionCheck {
  readonly attention: Attention;
  readonly alignment: Alignment;
  /** [B, T, S] */
  readonly size: readonly [B: number, T: number, S: number];
  readonly lengths: readonly number[];
  /** Whether queries come one by one, as from a decoder, or all at once. */
  readonly stepwise: boolean;
}

/** Half of an ulp of 1. */
const ε = 2 ** -24;
/** Roundings that a number of size 1 goes through: tanhSafe's 16 and expSafe's 16, sums of up to some tens of terms. */
const ROUNDINGS = 200;

/**
 * Compares context and weights with a reference, and the gradients of Σ u·context + w·weights for all that was read and
 * for every parameter with central differences of the reference. A result is off by ROUNDINGS·ε of its largest; a gradient
 * goes forward and back, so by twice that of the largest of its tensor, and by as much again for each of T queries
 * that lean on one another; the differences by step²/6 of a third derivative and float64's rounding over the step.
 */
export async function checkAttention({ attention, alignment, size, lengths, stepwise }: AttentionCheck): Promise<void> {
  const [B, T, S] = size;
  const { querySize: Q, memorySize: D } = attention;
  const call: AttentionCase = {
    query: normal([B, T, Q], { seed: 1 }),
    memory: normal([B, S, D], { seed: 2 }),
    lengths,
    parameters: await parametersOf(attention),
  };
  const expected = attendReference(alignment, call);
  const u = normal([B, T, D], { seed: 3 });
  const w = normal([B, T, S], { seed: 4 });

  const [query, memory] = [toTensor(call.query), toTensor(call.memory)];
  const { context, weights } = attendAll(attention, query, memory, lengths, stepwise);
  const parameters = [...attention.namedParameters()];
  const of = [query, memory, ...parameters.map(([, parameter]) => parameter)];
  const gradients = grad(add(sum(mul(context, toTensor(u))), sum(mul(weights, toTensor(w)))), of);
  await evaluate([context, weights, ...gradients]);

  const largest = (data: Float64Array): number => data.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
  for (const [what, value, wanted] of [
    ["context", context, expected.context],
    ["weights", weights, expected.weights],
  ] as const) {
    expect(value.shape, what).toEqual(wanted.shape);
    expectClose(what, await value.data(), wanted.data, {
      absolute: ROUNDINGS * ε * T * largest(wanted.data),
      shape: wanted.shape,
    });
  }
  const project = (at: AttentionCase): number => {
    const { context: c, weights: a } = attendReference(alignment, at);
    return (
      c.data.reduce((total, value, n) => total + value * (u.data[n] ?? 0), 0) +
      a.data.reduce((total, value, n) => total + value * (w.data[n] ?? 0), 0)
    );
  };
  const named: [string, Float64Tensor, (moved: Float64Tensor) => AttentionCase][] = [
    ["query", call.query, (moved) => ({ ...call, query: moved })],
    ["memory", call.memory, (moved) => ({ ...call, memory: moved })],
    ...parameters.map(([name]): [string, Float64Tensor, (moved: Float64Tensor) => AttentionCase] => [
      name,
      call.parameters[name] as Float64Tensor,
      (moved) => ({ ...call, parameters: { ...call.parameters, [name]: moved } }),
    ]),
  ];
  for (const [k, [name, input, at]] of named.entries()) {
    const slopes = differences(input, (moved) => project(at(moved)));
    const gradient = gradients[k] as Tensor;
    expect(gradient.shape, name).toEqual(input.shape);
    expectClose(`gradient of ${name}`, await gradient.data(), slopes, {
      absolute: 2 * ROUNDINGS * ε * T * largest(slopes) + 1e-8,
      shape: input.shape,
    });
  }
}

/** Queries at once, or one by one through the state. */
export function attendAll(
  attention: Attention,
  query: Tensor,
  memory: Tensor,
  lengths: readonly number[] | undefined,
  stepwise: boolean,
): { context: Tensor; weights: Tensor } {
  const prepared = attention.prepare(memory, { lengths });
  if (!stepwise) return attention.attend(query, prepared);
  let state = attention.initialState(prepared);
  const steps = unstack(query, 1).map((one) => {
    const attended = attention.attend(one, prepared, state);
    state = attended.state;
    return attended;
  });
  return {
    context: stack(
      steps.map(({ context }) => context),
      1,
    ),
    weights: stack(
      steps.map(({ weights }) => weights),
      1,
    ),
  };
}

function differences(input: Float64Tensor, value: (moved: Float64Tensor) => number): Float64Array {
  const step = 2 ** -17;
  const moved = { ...input, data: input.data.slice() };
  return input.data.map((x, i) => {
    moved.data[i] = x + step;
    const above = value(moved);
    moved.data[i] = x - step;
    const below = value(moved);
    moved.data[i] = x;
    return (above - below) / (2 * step);
  });
}
