import { CoverageAttention, LocationAwareAttention } from "@unroll/attention";
import { grad, random, reshape, slice, square, stack, sum, type Tensor } from "@unroll/nn";
import { expectClose } from "@unroll/testing";
import { describe, expect, test } from "vitest";
import type { Encoded } from "../encoders";
import { additive, bahdanauOf, CELLS, encoderOf, general, plainOf, SIZES, tokensOf } from "../test-support/batches";
import { useTestDevice } from "../test-support/device";
import type { Decoder } from "./decoder";
import { composedDecoding } from "./decoder.reference";

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

// Sums of at most 32 products run over k in the same order either way; what differs is how expressions of one
// elementwise kernel are contracted: a few ulp of values below 4, carried through T steps.
const ROUNDING = { absolute: 64 * 2 ** -24 };

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

  test.each([
    { readout: "state", H: 7 },
    { readout: "attentional", H: 7 },
    { readout: "state", H: 8 },
    { readout: "state", H: 7, gate: true },
    { readout: "attentional", H: 7, gate: true },
    { readout: "deep", H: 7 },
    { readout: "deep", H: 8, gate: true },
  ] as const)(
    "Bahdanau equals its equations written in tensor operations, gradients too: readout of $readout, $H units, gate $gate",
    async ({ readout, H, ...options }) => {
      const encoder = encoderOf(cell, { ...SIZES, H });
      const decoder = bahdanauOf(encoder, { cell, readout, ...options }, { ...SIZES, H });
      const tokens = tokensOf(B, T, V, 5);
      const source = tokensOf(B, S, V, 4);
      const made = decoder.decode(decoder.start(encoder.encode(source, { lengths: LENGTHS })), tokens).logits;
      const composed = composedDecoding(decoder, encoder.encode(source, { lengths: LENGTHS }), tokens);
      expectClose("logits", await made.data(), await composed.data(), ROUNDING);
      const parameters = [...encoder.parameters(), ...decoder.parameters()];
      const ours = grad(sum(square(made)), parameters);
      const theirs = grad(sum(square(composed)), parameters);
      for (const [k, gradient] of ours.entries()) {
        const [got, want] = [await gradient.data(), await (theirs[k] as Tensor).data()];
        const size = Math.max(...Array.from(want, Math.abs));
        // sums of at most B·T·V = 132 terms of this size, in another order
        expectClose(parameters[k]?.name ?? "gradient", got, want, { absolute: 2 ** -24 * 132 * Math.max(1, size) });
        if (size === 0) expect(parameters[k]?.name ?? "").toContain("cells");
      }
    },
  );
});

test("what lies past a source's end changes no bit", async () => {
  const encoder = encoderOf("gru");
  const decoder = bahdanauOf(encoder, { cell: "gru", attention: additive });
  const tokens = tokensOf(1, T, V, 5);
  const short = tokensOf(1, 3, V, 4);
  const long = tokensOf(1, 3, V, 4);
  const padded = stack([...Array.from({ length: 3 }, (_, s) => slice(long, 1, s, s + 1)), slice(tokens, 1, 0, 1)], 1);
  const logits = async (source: Tensor, lengths: number[]): Promise<unknown> =>
    decoder.forward(decoder.start(encoder.encode(source, { lengths })), tokens).data();
  expect(await logits(reshape(padded, [1, 4]), [3])).toEqual(await logits(short, [3]));
});
