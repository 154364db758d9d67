import { type PenStroke, penDigits, Random } from "@unroll/data";
import { softmax, tensor } from "@unroll/nn";
import { defineExperiment } from "../../../experiment/experiment";
import { DigitReader, readable, trainer } from "./model";
import { FEATURES, MOST_STEPS } from "./pen-path";
import { settings } from "./settings";

/** Another stream of the seed than that of the training data. */
const HELD_OUT = 1;
/** Parts of the way at which it is asked what it would say. */
const PARTS = 20;

/** How many digits are known when so much of each is drawn: the first after a twentieth of the way, the last at its end. */
export type KnownEarly = readonly number[];

export const experiment = defineExperiment({
  settings,
  create({ cell, hidden, layers, variety, lr }, { seed, rng, random }) {
    const model = new DigitReader({ cell, hidden, layers, rng });
    const held = penDigits(new Random(seed, HELD_OUT), { batchSize: 128, variety });

    /** Probabilities of the digits after each step of each row. */
    const read = async (digits: readonly (readonly PenStroke[])[]): Promise<number[][][]> => {
      const { data, shape, lengths } = readable(digits);
      const probabilities = softmax(model.forward(tensor(data, { shape })));
      const values = await probabilities.data();
      probabilities.dispose();
      return lengths.map((length, row) =>
        Array.from({ length }, (_, step) => {
          const at = 10 * (row * MOST_STEPS + step);
          return [...values.subarray(at, at + 10)];
        }),
      );
    };
    /** Whether each held-out digit is known after each step. */
    const known = async (): Promise<boolean[][]> => {
      const said = await read(held.strokes);
      return said.map((steps, row) => steps.map((of) => of.indexOf(Math.max(...of)) === held.targets[row]));
    };

    return {
      model,
      ...trainer(model, { lr, variety, random }),
      /** The share of digits that are known when the pen stops. */
      async score() {
        const rows = await known();
        return rows.filter((steps) => steps.at(-1)).length / rows.length;
      },
      /** @returns probabilities of the digits after each step of the pen */
      async ask(strokes: readonly PenStroke[]) {
        const [steps = []] = await read([strokes]);
        return steps;
      },
      async picture(): Promise<KnownEarly> {
        const rows = await known();
        return Array.from({ length: PARTS }, (_, part) => {
          const share = (part + 1) / PARTS;
          return rows.filter((steps) => steps[Math.ceil(share * steps.length) - 1]).length / rows.length;
        });
      },
      exported: { inputs: { x: { shape: ["batch", "time", FEATURES] } } },
    };
  },
});
