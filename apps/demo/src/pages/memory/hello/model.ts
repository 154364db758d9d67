import { Adam, crossEntropy, type Generator, Linear, Module, RNN, type Tensor, tensor } from "@unroll/nn";

/** Which letter follows? With four letters and three units the whole model is 40 numbers. */
export class Speller extends Module {
  readonly letters: readonly string[];
  readonly recurrent: RNN;
  readonly out: Linear;

  constructor(word: string, hidden: number, rng: Generator) {
    super();
    this.letters = [...new Set(word)];
    this.recurrent = new RNN(this.letters.length, hidden, { rng });
    this.out = new Linear(hidden, this.letters.length, { rng });
  }

  /** @param ids of letters [B, T] @returns logits of the letters that follow [B, T, V] */
  forward(ids: Tensor): Tensor {
    return this.out.forward(this.recurrent.forward(ids).output);
  }

  ids(text: string): Tensor {
    return tensor(
      Int32Array.from(text, (letter) => this.letters.indexOf(letter)),
      { shape: [1, text.length] },
    );
  }
}

/** @returns one training step: each letter of the word is to be followed by the next */
export function trainer(model: Speller, word: string, lr: number) {
  const optimizer = new Adam(model.parameters(), { lr });
  const step = async (): Promise<Tensor> => {
    const loss = crossEntropy(model.forward(model.ids(word.slice(0, -1))), model.ids(word.slice(1)));
    await optimizer.minimize(loss);
    return loss;
  };
  return { optimizer, step };
}

/** Spells on from a beginning: the likeliest letter each time, read back as the next input. */
export async function spell(model: Speller, beginning: string, length: number): Promise<string> {
  let text = beginning;
  while (text.length < length) {
    const logits = model.forward(model.ids(text));
    const last = (await logits.data()).slice(-model.letters.length);
    logits.dispose();
    text += model.letters[last.indexOf(Math.max(...last))];
  }
  return text;
}
