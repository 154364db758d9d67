import { Random } from "@unroll/data";
import { argmax, evaluate, tensor } from "@unroll/nn";
import { defineExperiment } from "../../experiment/experiment";
import { DigitTransformer, trainer } from "./model";
import { settings } from "./settings";
import { drawDigits, TASKS } from "./tasks";

/** Streams of the seed, other than that of the training data. */
const [HELD_OUT, LOOKED_AT] = [1, 2];

/** What the model makes of one row of digits. */
export interface Reading {
  readonly digits: readonly number[];
  /** What it says at each place, and what it should. */
  readonly said: readonly number[];
  readonly expected: readonly number[];
  /** Of each layer the weights of its heads [N, T, T]: how much each place looks at each. */
  readonly maps: readonly (readonly number[])[];
  readonly heads: number;
}

export const experiment = defineExperiment({
  settings,
  create({ task, length, layers, heads, headSize, positions, lr }, { seed, rng, random }) {
    const model = new DigitTransformer({ length, layers, heads, headSize: Number(headSize), positions }, rng);
    const held = drawDigits(new Random(seed, HELD_OUT), task, { rows: 128, length });
    const shown = [...drawDigits(new Random(seed, LOOKED_AT), task, { rows: 1, length }).digits];
    const read = async (digits: readonly number[]): Promise<Reading> => {
      const row = tensor(Int32Array.from(digits), { shape: [1, digits.length] });
      const [classes, maps] = [argmax(model.forward(row)), model.maps(row)];
      await evaluate([classes, ...maps]);
      const [said, ...weights] = await Promise.all([classes, ...maps].map((each) => each.data()));
      for (const each of [classes, ...maps]) each.dispose();
      return {
        digits,
        said: Array.from(said ?? []),
        expected: TASKS[task].answers(digits),
        maps: weights.map((layer) => Array.from(layer)),
        heads,
      };
    };
    return {
      model,
      ...trainer(model, task, { lr, length, random }),
      /** The share of places where it says what it should. */
      async score() {
        const classes = argmax(model.forward(tensor(held.digits, { shape: held.shape })));
        const said = await classes.data();
        classes.dispose();
        return held.answers.filter((answer, at) => answer === said[at]).length / held.answers.length;
      },
      ask: read,
      picture: () => read(shown),
      exported: {
        inputs: { digits: { shape: ["batch", length], dtype: "i32" } },
        to: ["onnx", "pytorchWeights"],
      },
    };
  },
});
