import { CharVocabulary, type Random, StreamBatches } from "@unroll/data";
import { Adam, type Generator, LanguageModel, type ModelState, minimizeChunk, Tensor, tensor } from "@unroll/nn";

/** B places of the text are read side by side, T characters at a time: gradients reach back as far. */
const [B, T] = [16, 32];

/** The characters of a text; rare ones are all the same to the model. */
export function vocabularyOf(text: string): CharVocabulary {
  return CharVocabulary.fromText(text, { unknown: true, minCount: 3, maxSize: 127 });
}

interface Options {
  readonly cell: "rnn" | "gru" | "lstm";
  readonly hidden: number;
  readonly layers: number;
}

/** Which of V characters comes next? */
export function makeModel(V: number, { cell, hidden, layers }: Options, rng: Generator): LanguageModel {
  return new LanguageModel({ vocabularySize: V, cell, hiddenSize: hidden, layers, rng });
}

/** @returns one training step on the next characters, which answers with the loss; and what keeps the place in the text, with what is remembered there */
export function trainer(model: LanguageModel, ids: Int32Array, { lr, random }: { lr: number; random: Random }) {
  const optimizer = new Adam(model.parameters(), { lr, clipNorm: 1 });
  const streams = new StreamBatches(ids, { batchSize: B, steps: T });
  let at = random.below(streams.length);
  let state: ModelState | undefined;
  const step = async (): Promise<Tensor> => {
    const { inputs, targets, shape } = streams.at(at);
    const { loss, state: next } = model.chunk({ x: tensor(inputs, { shape }), y: tensor(targets, { shape }) }, state);
    state = await minimizeChunk(optimizer, loss, next, { from: state }); // what it remembers goes on to the next chunk
    at = (at + 1) % streams.length;
    return loss;
  };
  const notes = {
    take: () => at,
    carried: () => state,
    restore(kept: unknown, carried: unknown): void {
      if (Number.isInteger(kept) && Number(kept) >= 0 && Number(kept) < streams.length) at = Number(kept);
      state = (carried ?? undefined) as typeof state; // as `carried` gave it, of a model of the same settings
    },
  };
  const dispose = (): void => {
    for (const each of state instanceof Tensor ? [state] : Object.values(state ?? {})) each.dispose();
  };
  return { optimizer, step, notes, dispose };
}
