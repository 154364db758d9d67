import type { OptionTable, OptionValues } from "../cli/options";
import { CELLS, type NamesSettings } from "./settings";

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
  cell: { kind: "choice", of: CELLS, help: "Recurrent cell: rnn (Elman) when absent, or gru with --data." },
  hidden: { kind: "whole", least: 1, most: 4096, help: "Hidden units of each layer and direction; 128 when absent." },
  layers: { kind: "whole", least: 1, most: 16, help: "Layers, one on top of the other; 1 when absent." },
  bidirectional: { kind: "flag", help: "Reads names from both ends." },
  epochs: { kind: "whole", least: 1, help: "Passes over the training part." },
  batch: { kind: "whole", least: 1, help: "Names of a batch." },
  lr: { kind: "number", above: 0, help: "Highest learning rate." },
  seed: { kind: "whole", least: 0, help: "Starts weights, order and dropout; 0 when absent." },
} as const satisfies OptionTable;

/** The settings that the options ask for. */
export function settingsOf(values: OptionValues<typeof namesOptions>): NamesSettings {
  const cell = values.cell ?? (values.data === undefined ? "rnn" : "gru");
  return {
    cell,
    hidden: values.hidden ?? 128,
    layers: values.layers ?? 1,
    bidirectional: values.bidirectional,
    dropout: Number(process.env.X_DROP ?? 0.2),
    epochs: values.epochs ?? 15,
    patience: 6,
    batch: values.batch ?? 64,
    lr: values.lr ?? 4e-3,
    weightDecay: Number(process.env.X_WD ?? 0.01),
    labelSmoothing: Number(process.env.X_LS ?? 0.1),
    clipNorm: 1,
    seed: values.seed ?? 0,
  };
}
