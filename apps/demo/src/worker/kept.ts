import type { Settings, Values } from "../experiment/settings";
import type { Point } from "./protocol";

/** What a checkpoint holds beside the model, its optimizer and its generators. */
export interface Kept<S extends Settings = Settings> {
  readonly values: Values<S>;
  readonly history: readonly Point[];
  /** The state of the source that the data is drawn from. */
  readonly random: readonly number[];
  /** Of a run that takes notes. */
  readonly notes?: unknown;
  /** Whether weights came from a file: the model then knows something before its first step. */
  readonly isLoaded: boolean;
}
