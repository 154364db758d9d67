import { crossEntropy, type Generator, Linear, Module, RNN, type Tensor, tensor } from "@unroll/nn";
import { BucketedPart } from "../learning/bucketed-part";
import type { MakeLearner } from "../learning/learner";
import { IGNORED, predictClasses } from "../learning/predict-classes";
import { type HelloFacts, letterIds } from "./letters";

/**
 * Which letter follows? Of V letters, with H hidden units:
 *   h_t = tanh(W·x_t + R·h_{t−1} + b);   logits = U·h_t + a
 * Four letters and three units make 12 + 9 + 3 numbers in the recurrent layer and 12 + 4 in the output: 40.
 */
class HelloModel extends Module {
  readonly recurrent: RNN;
  readonly out: Linear;

  constructor(letters: number, hidden: number, rng: Generator) {
    super();
    this.recurrent = new RNN(letters, hidden, { rng });
    this.out = new Linear(hidden, letters, { rng });
  }

  /** @param letters ids [B, T] @returns logits [B, T, V] and the state */
  forward(letters: Tensor, state?: Tensor): { logits: Tensor; state: Tensor } {
    const { output, state: next } = this.recurrent.forward(letters, { state });
    return { logits: this.out.forward(output), state: next };
  }
}

interface HelloBatch {
  x: Int32Array<ArrayBuffer>;
  y: Int32Array<ArrayBuffer>;
  shape: [rows: number, steps: number];
  lengths: Uint32Array<ArrayBuffer>;
}

const targetsOf = ({ y, shape }: HelloBatch): Tensor => tensor(y, { shape });

/** Passes over the words that make an epoch: they are few, and measuring takes longer than learning. */
const REPEATS = 20;

/** Learns to spell words from their first letter. */
export const helloLearner: MakeLearner<string, HelloFacts, HelloBatch> = ({ letters }, { hidden, batch }, rng) => {
  const model = new HelloModel(letters.length, hidden, rng);
  const forward = ({ x, shape }: HelloBatch) => model.forward(tensor(x, { shape })).logits;

  /** The likeliest spelling from a first letter on, each letter read back as the next input (greedy decoding). */
  async function spell(first: number, steps: number): Promise<number[]> {
    const spelled = [first];
    let state: Tensor | undefined;
    for (let step = 0; step < steps; step++) {
      const { logits, state: next } = model.forward(tensor([[spelled.at(-1) as number]], { dtype: "u32" }), state);
      const { predicted } = await predictClasses(logits, tensor(Int32Array.of(IGNORED), { shape: [1, 1] }), [IGNORED]);
      state = tensor(Float32Array.from(await next.data()), { shape: next.shape });
      next.dispose();
      spelled.push(predicted[0] as number);
    }
    return spelled;
  }

  return {
    model,
    monitor: { metric: "loss", better: "lower" },
    part(words) {
      const ids = words.map((word) => letterIds(word, letters));
      const part = new BucketedPart<HelloBatch>({
        lengths: ids.map(({ length }) => length - 1),
        size: batch,
        multiple: 1,
        batchOf: (rows, length) => ({
          x: Int32Array.from([...rows].flatMap((row) => (ids[row] ?? []).slice(0, -1))),
          y: Int32Array.from([...rows].flatMap((row) => (ids[row] ?? []).slice(1))),
          shape: [rows.length, length],
          lengths: new Uint32Array(rows.length).fill(length),
        }),
      });
      return {
        steps: REPEATS * part.steps,
        rowsOf: (words) => part.rowsOf(words),
        *batches(order) {
          for (let repeat = 0; repeat < (order ? REPEATS : 1); repeat++) yield* part.batches(order);
        },
      };
    },
    loss: (words) => crossEntropy(forward(words), targetsOf(words)),
    async score(part) {
      let [loss, count, exact, items] = [0, 0, 0, 0];
      for (const words of part.batches()) {
        const predictions = await predictClasses(forward(words), targetsOf(words), words.y);
        loss += predictions.loss;
        count += predictions.count;
        const [rows, steps] = words.shape;
        for (let row = 0; row < rows; row++) {
          const spelled = await spell(words.x[row * steps] ?? 0, steps);
          const wanted = words.y.subarray(row * steps, (row + 1) * steps);
          if (wanted.every((letter, step) => letter === spelled[step + 1])) exact++;
          items++;
        }
      }
      return { loss: loss / count, exact: exact / items };
    },
    async show() {
      const spelled = await spell(0, letters.length);
      return spelled.map((letter) => letters[letter]).join("");
    },
  };
};
