import { CoverageAttention, LocationAwareAttention } from "@unroll/attention";
import { Adam, add, explain, grad, random, square, sum, type Tensor, tensor } from "@unroll/nn";
import { learn } from "@unroll/testing";
import { describe, expect, test } from "vitest";
import { type Decoder, LuongDecoder, PointerGeneratorDecoder } from "../decoders";
import type { CellName } from "../encoders";
import { additive, bahdanauOf, CELLS, encoderOf, general, numbers, plainOf, tokensOf } from "../test-support/batches";
import { useTestDevice } from "../test-support/device";
import { EncoderDecoder } from "./encoder-decoder";

const gpu = useTestDevice();
const sizes = { V: 12, E: 8, H: 16 };
const [B, S] = [4, 6];

/** Dispatches of a decoder over T steps, and how many of them put steps side by side, seven at a time. */
async function dispatchesOf(decoder: Decoder<unknown>, cell: CellName, T: number) {
  const encoder = encoderOf(cell, sizes);
  const start = numbers([B, encoder.memorySize], 6);
  const encoded = {
    memory: numbers([B, S, encoder.memorySize], 7),
    lengths: undefined,
    state: [cell === "lstm" ? { h: start, c: start } : { h: start }],
    copyIds: tokensOf(B, S, sizes.V, 8),
  };
  const loss = sum(square(decoder.forward(decoder.start(encoded), tokensOf(B, T, sizes.V, 5))));
  const gradients = grad(loss, decoder.parameters());
  const both = gradients.map((gradient) => sum(gradient)).reduce((a: Tensor, b: Tensor) => add(a, b));
  const count = async (of: Tensor): Promise<{ own: number; joins: number }> => {
    const { calls, dispatches } = await explain(of);
    const joins = calls.filter(({ kernel }) => kernel.startsWith("concat")).length;
    return { own: dispatches - joins, joins };
  };
  return { forward: await count(loss), all: await count(both) };
}

const DECODERS: Readonly<Record<string, (cell: CellName) => Decoder<unknown>>> = {
  "additive attention": (cell) => bahdanauOf(encoderOf(cell, sizes), { cell }, sizes),
  "additive attention and an attentional readout": (cell) =>
    bahdanauOf(encoderOf(cell, sizes), { cell, readout: "attentional" }, sizes),
  "attention that sees what was covered": (cell) =>
    bahdanauOf(encoderOf(cell, sizes), { cell, attention: (Q, D) => new CoverageAttention(Q, D) }, sizes),
  "location-aware attention": (cell) =>
    bahdanauOf(encoderOf(cell, sizes), { cell, attention: (Q, D) => new LocationAwareAttention(Q, D) }, sizes),
  "attention by products": (cell) => bahdanauOf(encoderOf(cell, sizes), { cell, attention: general }, sizes),
  "Luong's order, input feeding and attention by products": (cell) => {
    const encoder = encoderOf(cell, sizes);
    return new LuongDecoder({
      ...{ encoder, cell, vocabularySize: sizes.V, embeddingSize: sizes.E, hiddenSize: sizes.H, inputFeeding: true },
      attention: general(sizes.H, encoder.memorySize),
    });
  },
  "additive attention that may copy": (cell) => {
    const encoder = encoderOf(cell, sizes);
    return new PointerGeneratorDecoder({
      ...{ encoder, cell, vocabularySize: sizes.V, embeddingSize: sizes.E, hiddenSize: sizes.H },
      attention: additive(sizes.H, encoder.memorySize),
    });
  },
};

describe.each(CELLS)("a decoder of %s", (cell) => {
  test.each(Object.entries(DECODERS))(
    "with %s takes at most 4 dispatches for each target step forward and 6 backward",
    async (_, make) => {
      const [short, long] = [await dispatchesOf(make(cell), cell, 14), await dispatchesOf(make(cell), cell, 28)];
      const forward = long.forward.own - short.forward.own;
      expect(forward / 14).toBeLessThanOrEqual(4);
      expect((long.all.own - short.all.own - forward) / 14).toBeLessThanOrEqual(6);
      // gradients of what steps share are made of nine arrays of all steps at most, eleven where filters are among it
      expect((long.all.joins - short.all.joins) / 14).toBeLessThanOrEqual(11 / 7);
    },
  );

  test.each(["attention", "plain"])(
    "a training step with %s is one submission and allocates nothing after the third",
    async (kind) => {
      const encoder = encoderOf(cell, sizes);
      const ids = { startId: 0, endId: 1 };
      const model =
        kind === "plain"
          ? new EncoderDecoder(encoder, plainOf(encoder, cell, sizes), ids)
          : new EncoderDecoder(encoder, bahdanauOf(encoder, { cell }, sizes), ids);
      const optimizer = new Adam(model.parameters(), { lr: 1e-3, clipNorm: 5 });
      const { counters } = gpu.device;
      let after = counters.snapshot();
      for (let step = 1; step <= 10; step++) {
        const target = Uint32Array.from(random(step).uniform(B * 5, 2, sizes.V), (x, k) =>
          k % 5 === 4 ? 1 : Math.floor(x),
        );
        const loss = model.loss({
          source: tokensOf(B, S, sizes.V, step),
          sourceLengths: [6, 5, 2, 1],
          target: tensor(target, { shape: [B, 5] }),
        });
        await learn(optimizer, loss);
        if (step === 3) after = counters.snapshot();
      }
      await gpu.device.idle();
      const { buffers, bindGroups, pipelines, submissions } = counters.since(after);
      expect({ buffers, bindGroups, pipelines, submissions }).toEqual({
        ...{ buffers: 0, bindGroups: 0, pipelines: 0 },
        submissions: 7,
      });
      optimizer.dispose();
    },
  );
});
