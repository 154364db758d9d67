import { AdditiveAttention, DotAttention, HardAttention } from "@unroll/attention";
import { exportONNX, type ONNXOptions, random, type Tensor, tensor } from "@unroll/nn";
import { expectOnnxGives, useOnnxRuntime } from "@unroll/testing/onnx";
import { describe, test } from "vitest";
import { Captioner, ConvolutionalGridEncoder } from "../captioning";
import { BahdanauDecoder, LuongDecoder, SelfAttentionDecoder } from "../decoders";
import { RecurrentEncoder, SelfAttentionEncoder } from "../encoders";
import { bahdanauOf, CELLS, encoderOf, numbers, plainOf, SIZES, tokensOf } from "../test-support/batches";
import { useTestDevice } from "../test-support/device";
import { EncoderDecoder } from "./encoder-decoder";

useTestDevice();
useOnnxRuntime();

const { V, E, H } = SIZES;
const IDS = { startId: 0, endId: 1 };
const rng = random(5);

// Roundings of sums of at most 60 products of size 2 in each of 7 steps and two layers, by their root: 4e-6.
const BOUND = 2e-5;

const luongOf = (inputFeeding: boolean) => {
  const encoder = encoderOf("lstm");
  const hiddenSize = encoder.memorySize;
  const options = { encoder, hiddenSize, vocabularySize: V, embeddingSize: E, layers: 2, cell: "lstm", rng } as const;
  return new EncoderDecoder<unknown>(
    encoder,
    new LuongDecoder({ ...options, attention: new DotAttention(hiddenSize), inputFeeding }) as never,
    IDS,
  );
};

const transformerOf = () => {
  const options = { heads: 2, layers: 2, vocabularySize: V, rng } as const;
  const encoder = new SelfAttentionEncoder(8, options);
  const decoder = new SelfAttentionDecoder({ ...options, encoder, size: 8 });
  return new EncoderDecoder<unknown>(encoder, decoder as never, IDS);
};

const bahdanau = (cell: "rnn" | "lstm" | "gru", options: object) => {
  const encoder = encoderOf(cell);
  return new EncoderDecoder<unknown>(encoder, bahdanauOf(encoder, { cell, ...options }) as never, IDS);
};

const reversed = () => {
  const encoder = new RecurrentEncoder(H, { vocabularySize: V, embeddingSize: E, direction: "reverse", rng });
  return new EncoderDecoder<unknown>(encoder, plainOf(encoder, "gru") as never, IDS);
};

const models: Record<string, () => EncoderDecoder<unknown>> = {
  "no attention, a source read backwards": reversed,
  ...Object.fromEntries(CELLS.map((cell) => [`Bahdanau with ${cell}`, () => bahdanau(cell, {})])),
  "Bahdanau, two layers, deep, with a gate": () => bahdanau("lstm", { layers: 2, readout: "deep", gate: true }),
  Luong: () => luongOf(false),
  "Luong with input feeding": () => luongOf(true),
  "a Transformer": transformerOf,
};

const inputs = {
  source: { shape: ["batch", "source"], dtype: "i32" },
  lengths: { shape: ["batch"], dtype: "u32" },
  tokens: { shape: ["batch", "time"], dtype: "i32" },
} as const;

describe("what a decoder says of tokens that it is given, in ONNX Runtime", () => {
  test.each(Object.entries(models))("%s", async (_, make) => {
    const model = make();
    const forward: ONNXOptions["forward"] = ({ source, lengths, tokens }) => {
      const state = model.start(source as Tensor, { lengths });
      return { logits: model.decoder.decode(state, tokens as Tensor).logits };
    };
    const file = await exportONNX(model, { inputs, forward });
    model.eval();
    for (const [S, T, lengths] of [
      [5, 7, [5, 3, 1]],
      [3, 1, [2]],
    ] as const) {
      const B = lengths.length;
      const given = {
        source: tokensOf(B, S, V, 3),
        lengths: tensor(Uint32Array.from(lengths)),
        tokens: tokensOf(B, T, V, 4),
      };
      await expectOnnxGives(file, given, forward(given) as Record<string, Tensor>, BOUND);
    }
  });

  test.each([false, true])("a captioner over pictures, with its weights; hard: %s", async (isHard) => {
    const layers = [{ channels: 5, kernelSize: 4 }];
    const encoder = new ConvolutionalGridEncoder({ imageSize: [6, 6], layers, positions: true, rng });
    const soft = new AdditiveAttention(H, encoder.memorySize, { size: 5, rng });
    const attention = isHard ? new HardAttention(soft) : soft;
    const sizes = { vocabularySize: V, embeddingSize: 5, hiddenSize: H };
    const decoder = new BahdanauDecoder({ encoder, attention, readout: "attentional", gate: true, rng, ...sizes });
    const model = new Captioner(encoder, decoder, IDS);
    const forward: ONNXOptions["forward"] = ({ images, tokens }) => {
      const { logits, weights } = model.decoder.decode(model.start(images as Tensor), tokens as Tensor);
      return { logits, weights };
    };
    const file = await exportONNX(model, {
      inputs: { images: { shape: ["batch", 6, 6, 3] }, tokens: inputs.tokens },
      forward,
    });
    model.eval();
    const given = { images: numbers([2, 6, 6, 3], 3), tokens: tokensOf(2, 4, V, 4) };
    await expectOnnxGives(file, given, forward(given) as Record<string, Tensor>, BOUND);
  });
});
