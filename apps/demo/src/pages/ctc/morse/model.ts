import { type MorseOptions, morseSounds, type Random } from "@unroll/data";
import { Adam, Conv1d, ctcLoss, type Generator, GRU, Linear, Module, relu, type Tensor, tensor } from "@unroll/nn";
import { framesOf } from "./frames";

/** Hears how loud a tone is and scores, at each step of two frames, the blank, class 0, and the letters. */
export class MorseEar extends Module {
  readonly conv: Conv1d;
  readonly recurrent: GRU;
  readonly out: Linear;

  constructor(options: { letters: number; hidden: number; reads: "both ways" | "forward"; rng: Generator }) {
    super();
    const { letters, hidden, reads, rng } = options;
    const direction = reads === "both ways" ? "bidirectional" : "forward";
    this.conv = new Conv1d(1, 32, 9, { stride: 2, padding: 4, rng });
    this.recurrent = new GRU(32, hidden, { direction, rng });
    this.out = new Linear(this.recurrent.outputSize, 1 + letters, { rng });
  }

  /** @param x frames [B, T, 1] @returns logits [B, T/2, 1 + letters] */
  forward(x: Tensor): Tensor {
    return this.out.forward(this.recurrent.forward(relu(this.conv.forward(x))).output);
  }
}

/** Sounds keyed by hand, as frames, and their texts as classes. */
export function examples(
  random: Random,
  options: MorseOptions & { sampleRate: number; dot: number; alphabet: string },
) {
  const { signals, texts } = morseSounds(random, options);
  const frames = signals.map((signal) => framesOf({ ...options, signal }));
  const x = tensor(Float32Array.from(frames.flatMap((each) => [...each])), {
    shape: [frames.length, frames[0]?.length ?? 0, 1],
  });
  return { x, texts, labels: texts.map((text) => [...text].map((letter) => 1 + options.alphabet.indexOf(letter))) };
}

/** @returns one training step on new sounds; it answers with the loss. When each letter is sent, nobody tells. */
export function trainer(model: MorseEar, lr: number, next: () => { x: Tensor; labels: number[][] }) {
  const optimizer = new Adam(model.parameters(), { lr, clipNorm: 1 });
  const step = async (): Promise<Tensor> => {
    const { x, labels } = next();
    const loss = ctcLoss(model.forward(x), labels);
    await optimizer.minimize(loss);
    return loss;
  };
  return { optimizer, step };
}
