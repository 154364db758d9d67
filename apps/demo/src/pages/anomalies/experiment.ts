import { type FaultKind, Random, sineFaults } from "@unroll/data";
import { tensor } from "@unroll/nn";
import { defineExperiment } from "../../experiment/experiment";
import { judgeAll, type Watched } from "./detection";
import { Forecaster, trainer } from "./model";
import { settings } from "./settings";

/** Another stream of the seed than that of the training data. */
const HELD_OUT = 1;
/** Series that the model is watched on, most with a fault. */
const [SERIES, SHARE] = [40, 0.7];

/** A series that the model was not trained on. */
export interface WatchedFault extends Watched {
  readonly kind: FaultKind | null;
}

export const experiment = defineExperiment({
  settings,
  create({ cell, hidden, lr, seed, ...waves }, { rng, random }) {
    const model = new Forecaster(cell, hidden, rng);
    const held = sineFaults(new Random(seed, HELD_OUT), { batchSize: SERIES, share: SHARE, ...waves });
    /** What is expected of each step of a series, or of several of one length. */
    const expect = async (values: Float32Array<ArrayBuffer>, steps: number): Promise<number[]> => {
      const next = model.forward(tensor(values, { shape: [values.length / steps, steps, 1] }));
      const said = await next.data();
      next.dispose();
      return Array.from(values, (value, at) => (at % steps === 0 ? value : (said[at - 1] ?? 0)));
    };
    const watch = async (): Promise<WatchedFault[]> => {
      const { steps } = waves;
      const expected = await expect(held.inputs, steps);
      return Array.from({ length: SERIES }, (_, row) => {
        const fault = held.faults.find((one) => one.row === row);
        return {
          values: Array.from(held.inputs.subarray(row * steps, (row + 1) * steps)),
          expected: expected.slice(row * steps, (row + 1) * steps),
          fault: fault ? { start: fault.start, end: fault.end } : null,
          kind: fault?.kind ?? null,
        };
      });
    };
    return {
      model,
      ...trainer(model, { lr, random, ...waves }),
      /** F1 of alarms at the best threshold. */
      score: async () => Math.max(...judgeAll(await watch()).map(({ verdict }) => verdict.f1)),
      /** @returns what is expected of each step of a series */
      ask: async (values: readonly number[]) => ({
        to: values,
        expected: await expect(Float32Array.from(values), values.length),
      }),
      picture: watch,
      exported: { inputs: { x: { shape: ["batch", "time", 1] } }, loss: "mse" },
    };
  },
});
