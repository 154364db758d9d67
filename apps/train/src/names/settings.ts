import type { LearningInput } from "../learning/learner";
import type { Settings } from "../training/settings";
import type { NameItem } from "./dataset";

/** The model, which drops units of its final state, and how it is trained. */
export type NamesSettings = Settings;

/** What the model knows beside its weights, and what it is to show. */
export type NamesFacts = {
  languages: readonly string[];
  /** Names to show the model's guesses for, and the language each is of. */
  examples: readonly { name: string; language: string }[];
};

/** What the page trains on and scores: `dev` is carved from what is not held out, and `test` is. */
export type NamesInput = LearningInput<NameItem, NamesFacts>;
