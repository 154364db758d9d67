import {
  concat,
  grad,
  type LayerState,
  random,
  reshape,
  reverseSequence,
  slice,
  square,
  sum,
  tensor,
  zeros,
} from "@unroll/nn";
import { expectClose } from "@unroll/testing";
import { describe, expect, test } from "vitest";
import { CELLS, encoderOf, numbers, SIZES, tokensOf } from "../test-support/batches";
import { useTestDevice } from "../test-support/device";
import { ConvolutionalFront } from "./convolutional-front";
import type { Encoder } from "./encoder";
import { PyramidalEncoder } from "./pyramidal-encoder";
import { RecurrentEncoder } from "./recurrent-encoder";

useTestDevice();
const { V, E, H, B, S } = SIZES;
const LENGTHS = [5, 3, 1];
const sizes = { vocabularySize: V, embeddingSize: E };
const rng = () => ({ rng: random(1) });

const makers: Record<string, () => Encoder> = {
  recurrent: () => new RecurrentEncoder(H, { ...sizes, ...rng() }),
  "two layers of LSTM, both ways": () => encoderOf("lstm", SIZES, 2),
  reversed: () => new RecurrentEncoder(H, { ...sizes, ...rng(), cell: "lstm", direction: "reverse" }),
  pyramidal: () => new PyramidalEncoder(H, { ...sizes, ...rng(), halvings: 2 }),
  "pyramidal, one way": () =>
    new PyramidalEncoder(H, { ...sizes, ...rng(), halvings: 1, cell: "gru", direction: "forward" }),
  "convolutional front": () =>
    new ConvolutionalFront((inputSize) => new RecurrentEncoder(H, { inputSize, ...rng() }), {
      ...{ ...sizes, ...rng(), channels: [5, 4], kernelSize: 3, stride: 2 },
    }),
};

describe.each(Object.entries(makers))("%s", (_, make) => {
  test("gives what it says, and padding changes no bit", async () => {
    const encoder = make();
    const source = tokensOf(B, S, V, 4);
    const { memory, lengths, state } = encoder.encode(source, { lengths: LENGTHS });
    expect(memory.shape[0]).toBe(B);
    expect(memory.shape[2]).toBe(encoder.memorySize);
    expect(state.map(({ h }) => h.shape)).toEqual(encoder.stateSizes.map((size) => [B, size]));
    expect(state.every(({ c }) => (c !== undefined) === encoder.hasCell)).toBe(true);
    const row = 1;
    const alone = encoder.encode(slice(slice(source, 0, row, row + 1), 1, 0, LENGTHS[row] as number), {
      lengths: [LENGTHS[row] as number],
    });
    const steps = alone.memory.shape[1] as number;
    expect((await (lengths as NonNullable<typeof lengths>).data())[row]).toBe(steps);
    const own = slice(slice(memory, 0, row, row + 1), 1, 0, steps);
    expect(await own.data()).toEqual(await alone.memory.data());
    const past = slice(slice(memory, 0, row, row + 1), 1, steps);
    expect(await sum(square(past)).item()).toBe(0);
    for (const [k, { h }] of state.entries()) {
      const same = alone.state[k] as LayerState;
      expect(await slice(h, 0, row, row + 1).data()).toEqual(await same.h.data());
    }
  });

  test("every parameter gets a gradient", async () => {
    const encoder = make();
    const { memory, state } = encoder.encode(tokensOf(B, S, V, 4), { lengths: LENGTHS });
    const loss = sum(
      square(concat([reshape(memory, [1, memory.size]), ...state.map(({ h }) => reshape(h, [1, h.size]))], 1)),
    );
    for (const gradient of grad(loss, encoder.parameters()))
      expect(await sum(square(gradient)).item()).toBeGreaterThan(0);
  });
});

test.each(CELLS)("a source read from its end is the reversed source read from its beginning: %s", async (cell) => {
  const make = (direction: "forward" | "reverse") =>
    new RecurrentEncoder(H, { ...sizes, ...rng(), cell, layers: 2, direction });
  const source = tokensOf(B, S, V, 4);
  const ours = make("reverse").encode(source, { lengths: LENGTHS });
  const theirs = make("forward").encode(reverseSequence(source, LENGTHS), { lengths: LENGTHS });
  expect(await ours.memory.data()).toEqual(await reverseSequence(theirs.memory, LENGTHS).data());
  for (const [layer, { h }] of ours.state.entries())
    expect(await h.data()).toEqual(await theirs.state[layer]?.h.data());
});

test("a pyramid's upper layer reads pairs of steps side by side", async () => {
  const encoder = new PyramidalEncoder(H, { inputSize: 4, ...rng(), halvings: 1, cell: "gru" });
  const x = numbers([2, 5, 4], 3);
  const [first, second] = encoder.levels as [(typeof encoder.levels)[number], (typeof encoder.levels)[number]];
  const below = first.forward(x).output;
  const even = concat([below, zeros([2, 1, 2 * H])], 1);
  const above = second.forward(reshape(even, [2, 3, 4 * H])).output;
  expectClose("memory", await encoder.encode(x).memory.data(), await above.data(), { absolute: 0 });
});

test("lengths may be on the device", async () => {
  const encoder = new PyramidalEncoder(H, { ...sizes, ...rng(), halvings: 1 });
  const { lengths } = encoder.encode(tokensOf(B, S, V, 4), { lengths: tensor(Uint32Array.from(LENGTHS)) });
  expect(await lengths?.data()).toEqual(Uint32Array.of(3, 2, 1));
});
