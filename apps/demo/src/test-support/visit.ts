import type { Page } from "./site";

/** What a test does on a page, beside what it does on all. */
export interface Visit {
  /** The address after the #, such as "memory/sum". */
  readonly path: string;
  /** A score that an untrained model cannot have. */
  readonly bar: number;
  /** How long it may take to pass the bar on a software adapter, in seconds; 40 when absent. */
  readonly seconds?: number;
  /** Does what a visitor does with the trained model, and expects what it answers. */
  tryIt(page: Page): Promise<void>;
}
