import { assign, LSTM, load, save, tensor } from "@unroll/nn";
import { MODEL_KEY, TASK_KEY } from "../learning/model-facts";
import { fromBase64, toBase64 } from "../protocol";
import type { Row } from "./table";

/** A table of rows for each file, and a safetensors file in base64 where the gates are not to be set by hand. */
export type AccumulatorInput = { tables: readonly (readonly Row[])[]; weights: string | null };

/** What the cell gave at each step of each table, and the cell as a safetensors file in base64. */
export type AccumulatorResult = { outputs: number[][]; weights: string };

/** What a gate's control is multiplied by: far past where the gate is open or shut. */
const STRONG = 100;
/** Opens a gate, or with a minus shuts it, where its control is 0. */
const BIAS = 10;

/**
 * A cell of one unit whose gates are set by hand:
 *   g = x1;   i = gate(100·x2 − 10);   f = gate(100·x2 + 10);   o = gate(100·x3 − 10);   c = f·c + i·g;   y = o·c
 * The gates are hard sigmoids, which are 0 or 1 to the bit at these values: so the sums are exact.
 */
function accumulatorCell(): LSTM {
  return new LSTM(3, 1, {
    gate: { name: "hardSigmoid" },
    candidate: { name: "linear" },
    output: { name: "linear" },
  });
}

/** The task `accumulator` in the worker: nothing is learned. `input` is what the command line wrote. */
export async function accumulatorPageTask(input: unknown): Promise<AccumulatorResult> {
  const { tables, weights } = input as AccumulatorInput;
  const cell = accumulatorCell();
  if (weights === null) await setByHand(cell);
  else await load(cell, fromBase64(weights));
  const outputs: number[][] = [];
  for (const rows of tables) {
    const x = Float32Array.from(rows.flatMap(({ x1, x2, x3 }) => [x1, x2, x3]));
    const { output } = cell.forward(tensor(x, { shape: [1, rows.length, 3] }));
    outputs.push(Array.from(await output.data()));
    output.dispose();
  }
  const file = await save(cell, { [TASK_KEY]: "accumulator", [MODEL_KEY]: "{}" });
  cell.dispose();
  return { outputs, weights: toBase64(file) };
}

async function setByHand(cell: LSTM): Promise<void> {
  const [weightIh, weightHh, bias] = cell.parameters();
  if (!weightIh || !weightHh || !bias) throw new Error("accumulator: the cell should have W, R and b.");
  // Rows in the order of the gates i f g o, columns x1 x2 x3.
  const w = [0, STRONG, 0, 0, STRONG, 0, 1, 0, 0, 0, 0, STRONG];
  await assign([
    [weightIh, Float32Array.from(w)],
    [weightHh, new Float32Array(4)],
    [bias, Float32Array.of(-BIAS, BIAS, 0, -BIAS)],
  ]);
}
