import { GeneralAttention } from "@unroll/attention";
import { ones, random, type Tensor, zeros } from "@unroll/nn";
import { expectClose } from "@unroll/testing";
import { describe, expect, test, vi } from "vitest";
import { encoderOf, SIZES, tokensOf } from "../test-support/batches";
import { useTestDevice } from "../test-support/device";
import { BahdanauDecoder } from "./bahdanau-decoder";
import type { Decoder } from "./decoder";
import { LuongDecoder } from "./luong-decoder";

useTestDevice();
const { V, E, H, B, S, T } = SIZES;

const encoder = encoderOf("gru", SIZES, 2);
const options = () => ({
  ...{ encoder, layers: 2, dropout: 0.5, vocabularySize: V, embeddingSize: E, hiddenSize: H, rng: random(2) },
  attention: new GeneralAttention(H, encoder.memorySize, { rng: random(3) }),
});

describe.each([
  { name: "Bahdanau's order", make: () => new BahdanauDecoder(options()) },
  { name: "Luong's order, input feeding", make: () => new LuongDecoder({ ...options(), inputFeeding: true }) },
])("dropout between layers, $name", ({ make }) => {
  const decoded = (decoder: Decoder<unknown>): Tensor =>
    decoder.decode(decoder.start(encoder.encode(tokensOf(B, S, V, 4))), tokensOf(B, T, V, 5)).logits;

  test("is drawn before the loop, so that one step is recorded for all", async () => {
    const decoder = make();
    const first = await decoded(decoder).data(); // where it is found that steps are alike
    const attend = vi.spyOn(decoder.attention, "attend");
    const second = await decoded(decoder).data();
    expect(attend).toHaveBeenCalledTimes(1);
    expect(second).not.toEqual(first);
  });

  test("multiplies what goes up by its masks: of ones it does nothing, of zeros it hides the layer below", async () => {
    const decoder = make();
    decoder.head.dropout.train(false);
    const logits = async (mask: Tensor): Promise<ArrayLike<number>> => {
      vi.spyOn(decoder.stack, "masks").mockReturnValue([mask]);
      return decoded(decoder).data();
    };
    const [kept, hidden] = [await logits(ones([B, T, H])), await logits(zeros([B, T, H]))];
    vi.restoreAllMocks();
    decoder.eval();
    // products of the same numbers in the same order: what differs is one multiplication by 1
    expectClose("logits", kept, await decoded(decoder).data(), { absolute: 2 ** -20 });
    expect(Array.from(hidden)).not.toEqual(Array.from(kept));
  });
});
