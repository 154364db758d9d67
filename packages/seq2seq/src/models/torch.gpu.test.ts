import { AdditiveAttention } from "@unroll/attention";
import {
  assign,
  concat,
  decodeSafetensors,
  encodeSafetensors,
  fromTorch,
  GRU,
  LSTM,
  loadTorch,
  type Module,
  mul,
  type RecurrentDescription,
  RNN,
  random,
  reshape,
  saveTorch,
  type Tensor,
  tensor,
} from "@unroll/nn";
import { expectClose } from "@unroll/testing";
import { describe, expect, test } from "vitest";
import { Captioner, ConvolutionalGridEncoder } from "../captioning";
import { BahdanauDecoder, LuongDecoder } from "../decoders";
import { type CellName, SelfAttentionEncoder } from "../encoders";
import { bahdanauOf, CELLS, encoderOf, SIZES, tokensOf } from "../test-support/batches";
import { useTestDevice } from "../test-support/device";
import { EncoderDecoder } from "./encoder-decoder";

useTestDevice();

const { V, E, H, B, S } = SIZES;
const IDS = { startId: 0, endId: 1 };

function luongOf(seed: number): Module {
  const encoder = encoderOf("lstm");
  const D = encoder.memorySize;
  const sizes = { encoder, vocabularySize: V, embeddingSize: 9, hiddenSize: H, readoutSize: 9 };
  const rng = random(seed);
  const attention = new AdditiveAttention(H, D, { rng });
  const decoder = new LuongDecoder({
    ...sizes,
    attention,
    cell: "lstm",
    layers: 2,
    inputFeeding: true,
    tied: true,
    rng,
  });
  return new EncoderDecoder<unknown>(encoder, decoder, IDS);
}

function captionerOf(seed: number): Module {
  const rng = random(seed);
  const layers = [{ channels: 5, kernelSize: 4 }];
  const encoder = new ConvolutionalGridEncoder({ imageSize: [6, 6], layers, positions: true, rng });
  const attention = new AdditiveAttention(H, encoder.memorySize, { size: 5, rng });
  const sizes = { vocabularySize: V, embeddingSize: 5, hiddenSize: H };
  const decoder = new BahdanauDecoder({ encoder, attention, gate: true, readout: "deep", rng, ...sizes });
  return new Captioner(encoder, decoder, IDS);
}

/** Recurrent over self-attention with places of its own. */
function mixedOf(seed: number): Module {
  const rng = random(seed);
  const encoder = new SelfAttentionEncoder(4, { heads: 2, layers: 1, positions: "learned", vocabularySize: V, rng });
  return new EncoderDecoder<unknown>(encoder, bahdanauOf(encoder, { cell: "gru", bridge: "zero" }) as never, IDS);
}

const shapesOf = (file: Uint8Array<ArrayBuffer>): Map<string, string> =>
  new Map([...decodeSafetensors(file).tensors].map(([name, { shape }]) => [name, shape.join()]));

describe("a state dict of PyTorch", () => {
  test.each([
    ["Luong with input feeding, two layers, tied", luongOf],
    ["a captioner", captionerOf],
    ["a recurrent decoder over self-attention", mixedOf],
  ] as const)("of %s comes back bit for bit", async (_, make) => {
    const written = await saveTorch(make(1));
    const other = make(2);
    expect(await saveTorch(other)).not.toEqual(written);
    await loadTorch(other, written);
    expect(await saveTorch(other)).toEqual(written);
    // where weights were put together, they came apart as they were
    const theirs = other.namedParameters();
    for (const [name, value] of make(1).namedParameters()) {
      expect(await theirs.get(name)?.data(), name).toEqual(await value.data());
    }
  });

  test("has what a decoder's first layer reads beside the embedding as more columns of its weight", async () => {
    const names = shapesOf(await saveTorch(captionerOf(1)));
    expect(
      [...names].filter(([name]) => name.startsWith("decoder.")).map((each) => each.join(" ")),
    ).toMatchInlineSnapshot(`
      [
        "decoder.attention.keyWeight 5,5",
        "decoder.attention.queryWeight 5,7",
        "decoder.attention.vector 5",
        "decoder.bridge.hidden.0.bias 7",
        "decoder.bridge.hidden.0.weight 7,5",
        "decoder.gate.bias 1",
        "decoder.gate.weight 1,7",
        "decoder.head.embedding.weight 11,5",
        "decoder.head.out.bias 11",
        "decoder.head.out.weight 11,5",
        "decoder.readout.bias 5",
        "decoder.readout.weight 5,12",
        "decoder.stack.layers.0.bias_hh_l0 21",
        "decoder.stack.layers.0.bias_ih_l0 21",
        "decoder.stack.layers.0.weight_hh_l0 21,7",
        "decoder.stack.layers.0.weight_ih_l0 21,10",
      ]
    `);
    const fed = shapesOf(await saveTorch(luongOf(1)));
    expect(fed.get("decoder.stack.layers.0.weight_ih_l0")).toBe(`${4 * H},${9 + 9}`);
    expect(fed.get("decoder.stack.layers.1.weight_ih_l0")).toBe(`${4 * H},${H}`);
  });

  test("that lacks something leaves the model as it is", async () => {
    const { tensors } = decodeSafetensors(await saveTorch(captionerOf(1)));
    expect(tensors.delete("decoder.attention.vector")).toBe(true);
    const model = captionerOf(2);
    const before = await saveTorch(model);
    await expect(loadTorch(model, encodeSafetensors(tensors))).rejects.toThrow('missing: "decoder.attention.vector"');
    expect(await saveTorch(model)).toEqual(before);
  });
});

const LAYERS = { rnn: RNN, lstm: LSTM, gru: GRU };
const KINDS = { rnn: "RNN", lstm: "LSTM", gru: "GRU" } as const;

/** The first layer of a decoder as PyTorch has it, of inputs [E·y; c], filled from the state dict. */
async function joinedLayer(cell: CellName, size: number, file: Uint8Array<ArrayBuffer>): Promise<RNN | LSTM | GRU> {
  const layer = new LAYERS[cell](size, H);
  const sizes = { layers: 1, directions: 1, inputSize: size, hiddenSize: H, hasBias: true } as const;
  const description: RecurrentDescription = { kind: KINDS[cell], ...sizes };
  const prefix = "decoder.stack.layers.0.";
  const { parameters } = fromTorch(description, decodeSafetensors(file).tensors, prefix);
  await assign(
    [...layer.namedParameters()].map(([name, own]) => [own, parameters.get(name)?.data ?? new Float32Array()] as const),
  );
  return layer;
}

// The layout of RNN, LSTM and GRU is held against PyTorch's own numbers in @unroll/nn; here, that the decoder's step is one.
test.each(CELLS)("PyTorch's %s over [E·y; β·c] makes the step of a decoder", async (cell) => {
  const encoder = encoderOf(cell);
  const decoder = bahdanauOf(encoder, { cell, gate: true });
  const model = new EncoderDecoder(encoder, decoder, IDS);
  const D = encoder.memorySize;
  const layer = await joinedLayer(cell, E + D, await saveTorch(model));
  const source = tokensOf(B, S, V, 3);
  const tokens = tensor(Uint32Array.of(2, 5, 7));
  const state = model.start(source, { lengths: [5, 3, 1] });
  const { h, c } = state.layers[0] as { h: Tensor; c?: Tensor };
  const wanted = model.step(state, tokens).state.layers[0]?.h as Tensor;
  const prepared = decoder.attention.prepare(model.encode(source, { lengths: [5, 3, 1] }).memory, {
    lengths: [5, 3, 1],
  });
  const { context } = decoder.attention.attend(h, prepared);
  const gate = decoder.gate?.forward(h) as Tensor;
  const x = reshape(concat([decoder.head.embed(tokens), mul(context, gate)], 1), [B, 1, E + D]);
  const asLayer = (of: Tensor): Tensor => reshape(of, [1, B, H]);
  const { output } =
    layer instanceof LSTM
      ? layer.forward(x, { state: { h: asLayer(h), c: asLayer(c as Tensor) } })
      : layer.forward(x, { state: asLayer(h) });
  // sums of 20 products of size 1 in another order, through a cell whose slopes are at most 1
  expectClose("h", await output.data(), await wanted.data(), { absolute: 32 * 2 ** -24 });
});
