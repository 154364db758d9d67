import { longGap, Random } from "@unroll/data";
import { inspect, tensor } from "@unroll/nn";
import { defineExperiment } from "../../../experiment/experiment";
import { GapModel, lossOf, trainer } from "./model";
import { settings } from "./settings";

/** Streams of the seed, other than that of the training data. */
const [HELD_OUT, LOOKED_AT] = [1, 2];

/** What reaches each step of one batch, counted back from the loss. */
export interface Norms {
  /** ‖∂L/∂h_t‖ */
  readonly hidden: readonly number[];
  /** ‖∂L/∂c_t‖, of an LSTM. */
  readonly cell: readonly number[] | null;
}

/** What the visitor asks about. */
export interface Sequence {
  /** 1 or −1 */
  readonly first: number;
  /** What comes after it. */
  readonly noise: readonly number[];
}

export const experiment = defineExperiment({
  settings,
  create({ cell, hidden, steps, lr, clip }, { seed, rng, random }) {
    const model = new GapModel(cell, hidden, rng);
    const held = longGap(new Random(seed, HELD_OUT), { batchSize: 128, steps: steps + 1 });
    const classify = async (x: Float32Array<ArrayBuffer>, rows: number): Promise<number[]> => {
      const logits = model.forward(tensor(x, { shape: [rows, x.length / rows, 1] }));
      const values = await logits.data();
      logits.dispose();
      return Array.from({ length: rows }, (_, row) => Number((values[2 * row + 1] ?? 0) > (values[2 * row] ?? 0)));
    };
    return {
      model,
      ...trainer(model, { lr, clip, steps, random }),
      async score() {
        const said = await classify(held.inputs, held.targets.length);
        return said.filter((one, row) => one === held.targets[row]).length / said.length;
      },
      /** @returns the sequence, and which its first step was as the model has it, 1 or −1 */
      async ask(to: Sequence) {
        const [said] = await classify(Float32Array.of(to.first, ...to.noise), 1);
        return { to, said: said === 1 ? 1 : -1 };
      },
      async picture(): Promise<Norms> {
        const loss = lossOf(model, new Random(seed, LOOKED_AT), steps);
        const [layer] = (await inspect(model, loss)).layers;
        loss.dispose();
        const cellNorms = layer?.cellGradientNorms;
        return { hidden: Array.from(layer?.gradientNorms ?? []), cell: cellNorms ? Array.from(cellNorms) : null };
      },
      exported: { inputs: { x: { shape: ["batch", "time", 1] } } },
    };
  },
});
