import { CoverageAttention, LocationAwareAttention } from "@unroll/attention";
import { random, reshape, slice, stack, type Tensor } from "@unroll/nn";
import { expectClose } from "@unroll/testing";
import { describe, expect, test } from "vitest";
import type { Encoded } from "../encoders";
import { bahdanauOf, CELLS, encoderOf, general, plainOf, SIZES, tokensOf } from "../test-support/batches";
import { useTestDevice } from "../test-support/device";
import { ROUNDING } from "../test-support/rounding";
import type { Decoder } from "./decoder";

useTestDevice();
const { V, B, S, T } = SIZES;
const LENGTHS = [5, 3, 1];

/** All steps one after another. */
function stepByStep<State>(
  decoder: Decoder<State>,
  encoded: Encoded,
  tokens: Tensor,
): { logits: Tensor; weights?: Tensor } {
  let state = decoder.start(encoded);
  const logits: Tensor[] = [];
  const weights: Tensor[] = [];
  for (let t = 0; t < T; t++) {
    const result = decoder.step(state, reshape(slice(tokens, 1, t, t + 1), [B]));
    logits.push(result.logits);
    if (result.weights) weights.push(result.weights);
    state = result.state;
  }
  return { logits: stack(logits, 1), ...(weights.length > 0 ? { weights: stack(weights, 1) } : {}) };
}

describe.each(CELLS)("decoders of %s", (cell) => {
  test.each([
    { name: "plain", make: () => plainOf(encoderOf(cell), cell) },
    { name: "plain, two layers", make: () => plainOf(encoderOf(cell, SIZES, 2), cell, SIZES, 2) },
    { name: "Bahdanau", make: () => bahdanauOf(encoderOf(cell), { cell }) },
    { name: "Bahdanau, two layers", make: () => bahdanauOf(encoderOf(cell), { cell, layers: 2 }) },
    { name: "Bahdanau, attentional", make: () => bahdanauOf(encoderOf(cell), { cell, readout: "attentional" }) },
    {
      name: "Bahdanau, deep, with a gate",
      make: () => bahdanauOf(encoderOf(cell), { cell, readout: "deep", gate: true }),
    },
    { name: "general", make: () => bahdanauOf(encoderOf(cell), { cell, attention: general }) },
    {
      name: "coverage",
      make: () =>
        bahdanauOf(encoderOf(cell), { cell, attention: (Q, D) => new CoverageAttention(Q, D, { rng: random(3) }) }),
    },
    {
      name: "location-aware",
      make: () =>
        bahdanauOf(encoderOf(cell), {
          cell,
          attention: (Q, D) => new LocationAwareAttention(Q, D, { rng: random(3) }),
        }),
    },
  ])("$name: step and decode say the same", async ({ make }) => {
    const decoder: Decoder<unknown> = make();
    const encoded = encoderOf(cell, SIZES, 2).encode(tokensOf(B, S, V, 4), { lengths: LENGTHS });
    const tokens = tokensOf(B, T, V, 5);
    const atOnce = decoder.decode(decoder.start(encoded), tokens);
    const oneByOne = stepByStep(decoder, encoded, tokens);
    expect(atOnce.logits.shape).toEqual([B, T, V]);
    expectClose("logits", await atOnce.logits.data(), await oneByOne.logits.data(), ROUNDING);
    expect(atOnce.weights?.shape).toEqual(oneByOne.weights?.shape);
    if (!atOnce.weights || !oneByOne.weights) return;
    expectClose("weights", await atOnce.weights.data(), await oneByOne.weights.data(), ROUNDING);
  });
});
