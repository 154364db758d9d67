import type { Settings } from "../training/settings";
import type { NameItem } from "./dataset";

/** The model, which drops units of its final state, and how it is trained. */
export type NamesSettings = Settings;

/** What the page trains on and scores, as JSON. */
export type NamesInput = {
  languages: readonly string[];
  train: readonly NameItem[];
  /** Carved from what is not held out: chooses the weights to keep. */
  validation: readonly NameItem[];
  /** Held out: scored once, at the end. */
  test: readonly NameItem[];
  /** Names from elsewhere to be scored too. */
  eval: readonly NameItem[] | null;
  /** Names to show the model's guesses for, and the language each is of. */
  examples: readonly { name: string; language: string }[];
  settings: NamesSettings;
};
