import { parseCsvColumns, readText } from "@unroll/data";
import { runNotices } from "../cli/progress-reporter";
import { alignColumns } from "../cli/table";
import { dataFiles } from "../learning/data-file";
import { readWeights } from "../learning/weights-file";
import { writeFiles } from "../run/output";
import { trainInChrome } from "../run/train-in-chrome";
import { defineTask } from "../task";
import type { AccumulatorResult } from "./page-task";
import { LECTURE, type Row } from "./table";

export const accumulatorTask = defineTask({
  name: "accumulator",
  summary: "an LSTM whose gates are set by hand adds up a table.",
  description:
    "An LSTM cell whose gates are set by hand, not learned, keeps a running sum: x1 is added where x2 is 1, the memory is " +
    "emptied where x2 is -1, and comes out where x3 is 1.",
  options: {
    eval: {
      kind: "text",
      value: "PATH",
      help: "A CSV file with the columns x1,x2,x3,y, or a folder of them, to be run in place of the lecture's table.",
    },
    weights: {
      kind: "text",
      value: "FILE",
      help: "The weights.safetensors of an earlier run, in place of gates set by hand.",
    },
    seed: { kind: "whole", least: 0, help: "Taken as by the other tasks; nothing here is random." },
    epochs: { kind: "whole", least: 1, help: "Taken as by the other tasks; nothing here is trained." },
  },
  async run({ eval: evalPath, weights: file, seed }, { terminal, out, pageDirectory }) {
    const tables = evalPath === undefined ? [LECTURE] : await readTables(evalPath);
    const weights = file === undefined ? null : (await readWeights("accumulator", file)).weights;
    const { result, surroundings } = await trainInChrome<AccumulatorResult>({
      task: "accumulator",
      input: { tables, weights },
      pageDirectory,
      ...runNotices(terminal),
      onProgress: () => undefined,
      onEpoch: () => undefined,
      draw: () => [],
    });
    for (const [n, rows] of tables.entries()) {
      for (const line of tableLines(rows, result.outputs[n] ?? [])) terminal.line(line);
    }
    const card = {
      task: "accumulator",
      exact: isExact(tables, result.outputs),
      outputs: result.outputs,
      seed: seed ?? 0,
      adapter: surroundings.adapter,
    };
    const made = ["weights.safetensors", Buffer.from(result.weights, "base64")] as const;
    await writeFiles(out, [
      ...(weights === null ? [made] : []), // those given stay the only ones
      ["run.json", `${JSON.stringify(card, null, 2)}\n`],
    ]);
    return card;
  },
});

/** Whether every number is the one in the table. */
export function isExact(tables: readonly (readonly Row[])[], outputs: readonly (readonly number[])[]): boolean {
  return tables.every((rows, n) => rows.every(({ y }, t) => outputs[n]?.[t] === y));
}

/** Tables of CSV files. @throws ParseError with line and column if a column is missing or a field is no number */
export async function readTables(path: string): Promise<Row[][]> {
  const tables: Row[][] = [];
  for (const { source, gzip } of await dataFiles(path, (name) => name.endsWith(".csv"), "table.csv")) {
    let text = "";
    for await (const part of readText(source, { gzip })) text += part;
    const { x1, x2, x3, y } = parseCsvColumns(text, { x1: "number", x2: "number", x3: "number", y: "number" });
    tables.push(Array.from(y, (value, t) => ({ x1: x1[t] ?? 0, x2: x2[t] ?? 0, x3: x3[t] ?? 0, y: value })));
  }
  return tables;
}

function tableLines(rows: readonly Row[], outputs: readonly number[]): string[] {
  const cells = rows.map(({ x1, x2, x3, y }, t) => [x1, x2, x3, y, outputs[t] ?? Number.NaN].map(String));
  return alignColumns([["x1", "x2", "x3", "y", "cell"], ...cells], ["right", "right", "right", "right", "right"]);
}
