import { AdditiveAttention } from "@unroll/attention";
import { random, tensor } from "@unroll/nn";
import { expect, test } from "vitest";
import { ConvolutionalFront, EncoderDecoder, PointerGeneratorDecoder, PyramidalEncoder, RecurrentEncoder } from "..";

const rng = random(1);
const [V, E, H] = [9, 4, 6];
const input = { vocabularySize: V, embeddingSize: E, rng };
const source = tensor(Uint32Array.of(1, 2, 3, 4, 5, 6, 7, 8, 1, 2), { shape: [2, 5] });
const target = tensor(Uint32Array.of(3, 1, 4, 1), { shape: [2, 2] });

const front = (stride: number) =>
  new ConvolutionalFront((size) => new RecurrentEncoder(H, { inputSize: size, rng }), {
    ...input,
    channels: [5],
    stride,
  });
const pyramid = () => new PyramidalEncoder(H, { ...input, halvings: 1 });

test("an encoder whose steps are the source's tokens says what they copy; others hand on what they are told", () => {
  expect(front(1).encode(source).copyIds).toBe(source);
  expect(front(2).encode(source).copyIds).toBeUndefined();
  const copyIds = tensor(Uint32Array.of(1, 2, 3, 4, 5, 6), { shape: [2, 3] });
  for (const encoder of [front(2), pyramid()]) expect(encoder.encode(source, { copyIds }).copyIds).toBe(copyIds);
});

test.each([0, 2])("a decoder that copies works in halves: %i words more", (extraTokens) => {
  const encoder = front(1);
  const attention = new AdditiveAttention(H, encoder.memorySize, { rng });
  const decoder = new PointerGeneratorDecoder({
    ...{ encoder, attention, extraTokens, unknownId: 2, rng },
    ...{ vocabularySize: V, embeddingSize: E, hiddenSize: H },
  });
  const model = new EncoderDecoder<unknown>(encoder, decoder, { startId: 0, endId: 1 }).half();
  expect(model.loss({ source, target }).shape).toEqual([]);
});

test("a pyramid over an odd number of steps works in halves", () => {
  expect(pyramid().half().encode(source).memory.shape.slice(0, 2)).toEqual([2, 3]);
});
