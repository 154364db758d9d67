import type { OptionTable, OptionValues } from "../cli/options";
import { CELLS, type Cell, PRECISIONS } from "../training/settings";
import type { NamesSettings } from "./settings";

/** An Elman network has learnt what it can after fewer passes than the cells with gates. */
const EPOCHS = { rnn: 10, gru: 12, lstm: 12 } as const satisfies Record<Cell, number>;

export const namesOptions = {
  data: {
    kind: "text",
    value: "PATH",
    help: "Folder of text files, one per language and named after it, with one name per line. Surnames of @faker-js/faker's locales when absent.",
  },
  eval: {
    kind: "text",
    value: "PATH",
    help: "Further files of that form, or one of them, to be scored with the trained model, every line as it stands.",
  },
  weights: {
    kind: "text",
    value: "FILE",
    help: "The weights.safetensors of an earlier run, to score --eval with: nothing is trained.",
  },
  cell: {
    kind: "choice",
    of: CELLS,
    help: "Recurrent cell: rnn (Elman) when absent, or with --data a bidirectional gru.",
  },
  hidden: { kind: "whole", least: 1, most: 4096, help: "Hidden units of each layer and direction; 128 when absent." },
  layers: { kind: "whole", least: 1, most: 16, help: "Layers, one on top of the other; 1 when absent." },
  bidirectional: { kind: "flag", help: "Reads names from both ends." },
  epochs: {
    kind: "whole",
    least: 1,
    help: `Passes over the training part; ${EPOCHS.rnn} when absent for rnn, else ${EPOCHS.gru}.`,
  },
  batch: { kind: "whole", least: 1, help: "Names of a batch; 64 when absent." },
  lr: { kind: "number", above: 0, help: "Highest learning rate, after a rise and before a fall; 0.004 when absent." },
  precision: {
    kind: "choice",
    of: PRECISIONS,
    help: "What the model computes with: f32 when absent, or f16 where the device has shader-f16.",
  },
  seed: { kind: "whole", least: 0, help: "Starts weights, order and dropout; 0 when absent." },
} as const satisfies OptionTable;

/** The settings that the options ask for. Those that have no option were chosen on the validation part. */
export function settingsOf(values: OptionValues<typeof namesOptions>): NamesSettings {
  const hasManyNames = values.data !== undefined;
  const cell = values.cell ?? (hasManyNames ? "gru" : "rnn");
  return {
    cell,
    hidden: values.hidden ?? 128,
    layers: values.layers ?? 1,
    bidirectional: values.bidirectional || (hasManyNames && values.cell === undefined),
    dropout: 0.2,
    epochs: values.epochs ?? EPOCHS[cell],
    patience: 6,
    batch: values.batch ?? 64,
    lr: values.lr ?? 4e-3,
    weightDecay: 0.01,
    labelSmoothing: 0.1,
    clipNorm: 1,
    precision: values.precision ?? "f32",
    seed: values.seed ?? 0,
  };
}
