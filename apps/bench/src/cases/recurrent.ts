import { GRU, LSTM, mean, RNN, type SequenceDirection, square, type Tensor } from "@unroll/nn";
import { evaluateTarget, gradientTarget, stepTarget } from "../measure/graph-targets";
import type { Case, Target } from "../measure/target";
import { onDevice } from "../models/on-device";
import type { Pass } from "../report";
import { noise } from "./noise";
import { shapeText } from "./shape";
import { backwardWork, recurrentWork, stepWork } from "./work";

const CELLS = { RNN: { Layer: RNN, G: 1 }, LSTM: { Layer: LSTM, G: 4 }, GRU: { Layer: GRU, G: 3 } } as const;

export type CellName = keyof typeof CELLS;

/** One call of a recurrent layer. */
export interface RecurrentCall {
  readonly cell: CellName;
  /** The row's name, if it is not the cell's. */
  readonly name?: string;
  readonly B: number;
  readonly T: number;
  readonly I: number;
  readonly H: number;
  readonly layers?: number;
  readonly direction?: SequenceDirection;
  /** True lengths in steps; every row is T long when absent. */
  readonly lengths?: readonly number[];
  /** What the shape says beside the dims. */
  readonly note?: string;
  readonly onRequest?: boolean;
}

const PASSES: readonly Pass[] = ["forward", "backward", "step"];

/** A layer forward; forward and backward, with the gradients of input and weights; and with Adam's update of the weights. */
export function recurrentCases(call: RecurrentCall, passes = PASSES): Case[] {
  return passes.map((pass) => recurrentCase(call, pass));
}

function recurrentCase(call: RecurrentCall, pass: Pass): Case {
  const { cell, B, T, I, H, layers = 1, direction = "forward", lengths } = call;
  const { Layer, G } = CELLS[cell];
  const D = direction === "bidirectional" ? 2 : 1;
  // work is that of the steps that are there: a padded one should cost nothing
  const steps = lengths ? lengths.reduce((sum, length) => sum + length, 0) / B : T;
  const forward = recurrentWork({ B, T: steps, I, H, L: layers, D, G });
  const parameters = recurrentWork({ B: 0, T: 0, I, H, L: layers, D, G }).bytes / 4;
  const work = { forward, backward: backwardWork(forward), step: stepWork(forward, parameters) }[pass];
  const notes = [...(layers > 1 ? [`L${layers}`] : []), ...(D > 1 ? ["both directions"] : []), call.note ?? ""];
  return {
    name: call.name ?? cell,
    shape: shapeText({ B, T, I, H }, ...notes.filter(Boolean)),
    pass,
    work,
    onRequest: call.onRequest ?? false,
    async prepare(): Promise<Target> {
      const layer = new Layer(I, H, { layers, direction });
      const x = await onDevice(noise(B * T * I, 1), [B, T, I]);
      const options = lengths ? { lengths: Uint32Array.from(lengths) } : {};
      const output = (): Tensor => layer.forward(x, options).output;
      if (pass === "forward") return evaluateTarget(() => [output()]);
      const loss = (): Tensor => mean(square(output()));
      if (pass === "step") return stepTarget(loss, layer.parameters());
      return gradientTarget(loss, [x, ...layer.parameters()]);
    },
  };
}
