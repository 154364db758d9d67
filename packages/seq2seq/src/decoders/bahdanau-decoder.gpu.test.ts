import { grad, reshape, slice, square, stack, sum, type Tensor } from "@unroll/nn";
import { expectClose } from "@unroll/testing";
import { describe, expect, test } from "vitest";
import { additive, bahdanauOf, CELLS, encoderOf, SIZES, tokensOf } from "../test-support/batches";
import { useTestDevice } from "../test-support/device";
import { ROUNDING } from "../test-support/rounding";
import { composedDecoding } from "./decoder.reference";

const { V, B, S, T } = SIZES;
const LENGTHS = [5, 3, 1];

describe.each(CELLS)("Bahdanau's decoder of %s", (cell) => {
  // A device for each: on lavapipe a pipeline maps dozens of pieces of memory until its device goes, and Linux lets a
  // process have 65,530.
  useTestDevice();

  test.each([
    { readout: "state", H: 7 },
    { readout: "attentional", H: 7 },
    { readout: "state", H: 8 },
    { readout: "state", H: 7, gate: true },
    { readout: "attentional", H: 7, gate: true },
    { readout: "deep", H: 7 },
    { readout: "deep", H: 8, gate: true },
  ] as const)(
    "equals its equations written in tensor operations, gradients too: readout of $readout, $H units, gate $gate",
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

describe("what lies past a source's end", () => {
  useTestDevice();

  test("changes no bit", async () => {
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
});
