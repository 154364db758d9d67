import type { DateOptions } from "@unroll/data";
import { choice, decimal, SEED, whole } from "../../../experiment/settings";

export const settings = {
  attention: choice("Attention", ["Bahdanau", "Luong", "none"], "Luong"),
  dates: choice("Dates", ["English", "four languages", "32 languages"], "English"),
  cell: choice("Cell", ["rnn", "gru", "lstm"], "gru"),
  hidden: whole("Units", { from: 8, to: 128, value: 32, onGPU: 96 }),
  layers: whole("Layers", { from: 1, to: 3, value: 1 }),
  lr: decimal("Learning rate", { from: 0.0001, to: 0.1, step: 0.0001, value: 0.01, onGPU: 0.005 }),
  seed: SEED,
};

/** How dates are written: in words alone where few languages are to be learned in a short time. */
export const DATES: Readonly<Record<"English" | "four languages" | "32 languages", DateOptions>> = {
  English: {
    locales: ["en-GB", "en-US"],
    styles: [{ dateStyle: "long" }, { dateStyle: "medium" }],
    firstYear: 1970,
    lastYear: 2029,
  },
  "four languages": { locales: ["en-GB", "de", "fr", "it"], styles: [{ dateStyle: "full" }, { dateStyle: "long" }] },
  "32 languages": {},
};
