import type { OptionTable, OptionValues } from "../cli/options";
import { CELLS, PRECISIONS, type Settings } from "../training/settings";

/** The options of every task that trains a model; `what` says what the data and the defaults of this one are. */
export function learningOptions({ data, eval: evaluated, defaults, unit }: LearningHelp) {
  const { cell, hidden, layers, bidirectional, epochs, batch, lr } = defaults;
  return {
    data: { kind: "text", value: "PATH", help: data },
    eval: { kind: "text", value: "PATH", help: `${evaluated}, to be scored with the model.` },
    weights: {
      kind: "text",
      value: "FILE",
      help: "The weights.safetensors of an earlier run, to score --eval with: nothing is trained.",
    },
    cell: { kind: "choice", of: CELLS, help: `Recurrent cell; ${cell} when absent.` },
    hidden: {
      kind: "whole",
      least: 1,
      most: 4096,
      help: `Hidden units of each layer${bidirectional ? " and direction" : ""}; ${hidden} when absent.`,
    },
    layers: { kind: "whole", least: 1, most: 16, help: `Layers, one on top of the other; ${layers} when absent.` },
    epochs: { kind: "whole", least: 1, help: `Passes over the training part; ${epochs} when absent.` },
    batch: { kind: "whole", least: 1, help: `${unit} of a batch; ${batch} when absent.` },
    lr: { kind: "number", above: 0, help: `Highest learning rate, after a rise and before a fall; ${lr} when absent.` },
    precision: {
      kind: "choice",
      of: PRECISIONS,
      help: "What the model computes with: f32 when absent, or f16 where the device has shader-f16.",
    },
    seed: { kind: "whole", least: 0, help: "Starts weights, order and dropout; 0 when absent." },
  } as const satisfies OptionTable;
}

/** What the help of a task says in its own words. */
export interface LearningHelp {
  /** Of --data. */
  data: string;
  /** Of --eval: "Further files of that form". */
  eval: string;
  /** What an item is called, with a capital: "Digits". */
  unit: string;
  defaults: Settings;
}

export type LearningValues = OptionValues<ReturnType<typeof learningOptions>>;

/** The settings that the options ask for, in place of the task's own. */
export function settingsFrom(values: LearningValues, defaults: Settings): Settings {
  const { cell, hidden, layers, epochs, batch, lr, precision, seed } = values;
  return {
    ...defaults,
    cell: cell ?? defaults.cell,
    hidden: hidden ?? defaults.hidden,
    layers: layers ?? defaults.layers,
    epochs: epochs ?? defaults.epochs,
    batch: batch ?? defaults.batch,
    lr: lr ?? defaults.lr,
    precision: precision ?? defaults.precision,
    seed: seed ?? defaults.seed,
  };
}
