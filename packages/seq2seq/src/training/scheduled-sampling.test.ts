import { AdditiveAttention, HardAttention } from "@unroll/attention";
import { random, tensor } from "@unroll/nn";
import { expect, test } from "vitest";
import { BahdanauDecoder, RecurrentEncoder } from "..";
import { decodeWithSampling } from "./scheduled-sampling";

const rng = random(1);
const [V, E, H] = [9, 4, 6];
const encoder = new RecurrentEncoder(E, { vocabularySize: V, embeddingSize: E, rng });

function decoderOf(kind: "soft" | "hard") {
  const score = new AdditiveAttention(H, encoder.memorySize, { rng });
  const attention = kind === "hard" ? new HardAttention(score, { rng }) : score;
  return new BahdanauDecoder({ encoder, attention, hiddenSize: H, embeddingSize: E, vocabularySize: V, rng });
}

const tokens = (Type: typeof Int32Array | typeof Uint32Array) => tensor(Type.of(1, 2, 3, 4, 5, 6), { shape: [2, 3] });
const encoded = () => encoder.encode(tensor(Uint32Array.of(1, 2, 3, 4, 5, 6, 7, 8), { shape: [2, 4] }));

test.each([Int32Array, Uint32Array])("targets may be of %o", (Type) => {
  const decoder = decoderOf("soft");
  for (const probability of [0, 0.5, 1]) {
    const { logits } = decodeWithSampling(decoder, decoder.start(encoded()), tokens(Type), { probability, rng });
    expect(logits.shape).toEqual([2, 3, V]);
  }
});

test("a schedule may come as near to 0 as it likes", () => {
  const decoder = decoderOf("soft");
  for (const probability of [1e-16, 2 ** -53, 1e-17, Number.MIN_VALUE]) {
    const { logits } = decodeWithSampling(decoder, decoder.start(encoded()), tokens(Uint32Array), { probability, rng });
    expect(logits.shape).toEqual([2, 3, V]);
  }
});

test("what hard attention drew is told, as by teacher forcing", () => {
  const decoder = decoderOf("hard");
  for (const probability of [0, 0.5, 1]) {
    const { draws } = decodeWithSampling(decoder, decoder.start(encoded()), tokens(Uint32Array), { probability, rng });
    expect([draws?.logProbability.shape, draws?.entropy.shape]).toEqual([
      [2, 3],
      [2, 3],
    ]);
  }
});
