import { choice, decimal, lines, SEED, whole } from "../../../experiment/settings";
import { problemOfPairs } from "./parse";
import { phrases } from "./phrases";

export const settings = {
  attention: choice("Attention", ["Bahdanau", "Luong", "none"], "Bahdanau"),
  unit: choice("Symbols", ["words", "letters"], "words"),
  cell: choice("Cell", ["rnn", "gru", "lstm"], "gru"),
  hidden: whole("Units", { from: 8, to: 128, value: 32, onGPU: 64 }),
  layers: whole("Layers", { from: 1, to: 3, value: 1 }),
  lr: decimal("Learning rate", { from: 0.0001, to: 0.1, step: 0.0001, value: 0.01, onGPU: 0.006 }),
  seed: SEED,
  pairs: lines("Pairs", {
    value: phrases(),
    problem: problemOfPairs,
    hint: "A pair per line, a tab between the two: paste your own. They stay on this device.",
  }),
};
