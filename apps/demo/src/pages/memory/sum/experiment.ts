import { Random, runningSum } from "@unroll/data";
import { tensor } from "@unroll/nn";
import { defineExperiment } from "../../../experiment/experiment";
import { SumSoFar, trainer } from "./model";
import { settings } from "./settings";

/** Another stream of the seed than that of the training data. */
const HELD_OUT = 1;

export const experiment = defineExperiment({
  settings,
  create({ cell, hidden, steps, lr }, { seed, rng, random }) {
    const model = new SumSoFar(cell, hidden, rng);
    const held = runningSum(new Random(seed, HELD_OUT), { batchSize: 64, steps });
    const predict = async (x: Float32Array<ArrayBuffer>, shape: number[]): Promise<Float32Array> => {
      const output = model.forward(tensor(x, { shape }));
      const sums = Float32Array.from(await output.data());
      output.dispose();
      return sums;
    };
    return {
      model,
      ...trainer(model, { lr, steps, random }),
      /** The share of sums that are right when rounded. */
      async score() {
        const sums = await predict(held.inputs, held.inputShape);
        return sums.filter((sum, at) => Math.round(sum) === held.targets[at]).length / sums.length;
      },
      /** @returns the sum so far at each step */
      async ask(numbers: readonly number[]) {
        return Array.from(await predict(Float32Array.from(numbers), [1, numbers.length, 1]));
      },
      exported: { inputs: { x: { shape: ["batch", "time", 1] } }, loss: "mse" },
    };
  },
});
