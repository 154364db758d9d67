import { Random } from "@unroll/data";
import { argmax, type Tensor, tensor } from "@unroll/nn";
import { defineExperiment } from "../../../experiment/experiment";
import { heldOut, passagesOf, repeated } from "./held-out";
import { makeModel, trainer, vocabularyOf } from "./model";
import type { Activations } from "./search";
import { settings } from "./settings";
import { keepText, readText } from "./texts";

/** A text, and what each unit of the last layer holds after each of its characters. */
export interface Cells extends Activations {
  readonly text: string;
}

/** What the model writes by itself, and its cells over a passage. */
export interface Picture {
  readonly sample: string;
  readonly cells: Cells;
}

export type Question =
  | { readonly kind: "write"; readonly beginning: string; readonly temperature: number; readonly seed: number }
  /** Shows the cells over this text from now on, over the next passage of the held-out text where it is empty. */
  | { readonly kind: "read"; readonly text: string }
  /** Keeps the visitor's own text, for a reset. */
  | { readonly kind: "keep"; readonly text: string };

/** The stream of the seed that says where reading begins. */
const BEGINNING = 1;
/** T, the characters of a passage. */
const PASSAGE = 480;
/** Held-out characters that the score is of, in rows side by side. */
const [ROWS, STEPS] = [16, 64];
const SAMPLE = { length: 160, temperature: 0.7, seed: 1 } as const;

export const experiment = defineExperiment({
  settings,
  async create({ text: name, lr, ...options }, { seed, rng }) {
    const text = await readText(name);
    const vocabulary = vocabularyOf(text);
    const { train, held } = heldOut(text);
    const model = makeModel(vocabulary.size, options, rng);
    const training = trainer(model, vocabulary.encode(train), { lr, random: new Random(seed, BEGINNING) });

    const scored = repeated(vocabulary.encode(held), ROWS * STEPS + 1);
    const targets = scored.subarray(1);
    const passages = passagesOf(held, PASSAGE);
    let at = 0;
    let passage = passages[0] ?? held;

    const write = async (beginning: string, drawing: { temperature: number; seed: number; length: number }) => {
      const ids = vocabulary.encode(beginning === "" ? "\n" : beginning);
      return vocabulary.decode(await model.generate(ids, drawing));
    };
    const read = async (): Promise<Cells> => {
      const characters = [...passage].slice(0, PASSAGE);
      const ids = new Int32Array(PASSAGE); // as long for every text, so that one plan serves them all
      ids.set(vocabulary.encode(characters.join("")));
      const { output } = model.cell.forward(tensor(ids, { shape: [1, PASSAGE] }));
      const units = output.shape[2] ?? 0;
      const values = await output.data();
      output.dispose();
      const shown = Int8Array.from(values.subarray(0, characters.length * units), (value) => Math.round(127 * value));
      return { text: characters.join(""), values: shown, units };
    };

    return {
      model,
      optimizer: training.optimizer,
      step: training.step,
      notes: training.notes,
      dispose: training.dispose,
      /** The share of held-out characters that the likeliest is. */
      async score() {
        const said = argmax(model.forward(tensor(scored.slice(0, ROWS * STEPS), { shape: [ROWS, STEPS] })).logits);
        const ids = await said.data();
        said.dispose();
        return targets.filter((target, step) => ids[step] === target).length / targets.length;
      },
      async picture(): Promise<Picture> {
        return { sample: await write("", SAMPLE), cells: await read() };
      },
      async ask(question: Question): Promise<string | Cells> {
        if (question.kind === "write") {
          const { beginning, temperature, seed } = question;
          return write(beginning, { temperature, seed, length: 300 });
        }
        if (question.kind === "keep") {
          await keepText(question.text);
          return "";
        }
        if (question.text === "") at = (at + 1) % passages.length;
        passage = question.text || (passages[at] ?? held);
        return read();
      },
      exported: {
        inputs: { characters: { shape: ["batch", "time"], dtype: "i32" } },
        forward: ({ characters }) => model.forward(characters as Tensor).logits,
      },
    };
  },
});
