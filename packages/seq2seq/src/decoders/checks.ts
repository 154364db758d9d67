import type { Attention } from "@unroll/attention";
import { ValueError } from "@unroll/kernels";
import type { EncodedSizes } from "../encoders";

/** @throws ValueError unless a decoder was told what it reads */
export function expectEncoder<E extends Pick<EncodedSizes, "memorySize">>(where: string, encoder: E | undefined): E {
  if (encoder?.memorySize) return encoder;
  throw new ValueError({ where, what: "encoder", expected: "an Encoder", received: String(encoder) });
}

/** @throws ValueError unless an attention takes a decoder's states for queries, and an encoder's memory */
export function expectAttention(
  where: string,
  attention: Attention | undefined,
  hiddenSize: number,
  memorySize: number,
): void {
  const { querySize, memorySize: D } = attention ?? {};
  if (querySize === hiddenSize && D === memorySize) return;
  throw new ValueError({
    where,
    what: "attention",
    expected: `with querySize ${hiddenSize}, the decoder's hiddenSize, and memorySize ${memorySize}, the encoder's`,
    received: `${querySize} and ${D}`,
    remedy: `An attention is told both sizes first: new AdditiveAttention(${hiddenSize}, ${memorySize}).`,
  });
}
