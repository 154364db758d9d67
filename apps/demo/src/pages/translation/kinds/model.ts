import { Adam, add, type Generator, Module, mul, type Tensor } from "@unroll/nn";
import type { EncoderDecoder, PairBatch } from "@unroll/seq2seq";
import type { Vocabularies } from "../../../pairs/pair";
import { type TranslatorOptions, translator } from "../model";

/** Three translators that differ in their attention alone. */
export class SideBySide extends Module {
  readonly none: EncoderDecoder;
  readonly bahdanau: EncoderDecoder;
  readonly luong: EncoderDecoder;

  constructor(vocabularies: Vocabularies, sizes: Pick<TranslatorOptions, "cell" | "hidden">, rng: Generator) {
    super();
    const of = (attention: TranslatorOptions["attention"]) =>
      translator({ ...sizes, ...vocabularies, attention, layers: 1, rng });
    this.none = of("none");
    this.bahdanau = of("Bahdanau");
    this.luong = of("Luong");
  }

  /** The mean of the three losses of a symbol: no parameter is in two of them, so each learns as if it were alone. */
  loss(pairs: PairBatch): Tensor {
    return mul(add(add(this.none.loss(pairs), this.bahdanau.loss(pairs)), this.luong.loss(pairs)), 1 / 3);
  }
}

/** @returns one training step of all three, on the same pairs, in one submission; it answers with the mean loss */
export function trainer(model: SideBySide, { lr, next }: { lr: number; next: () => PairBatch }) {
  const optimizer = new Adam(model.parameters(), { lr, clipNorm: 2 });
  const step = async (): Promise<Tensor> => {
    const loss = model.loss(next());
    await optimizer.minimize(loss);
    return loss;
  };
  return { optimizer, step };
}
