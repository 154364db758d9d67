import type { Page } from "./site";

/** What a test does on a page, beside what it does on all. */
export interface Visit {
  /** The address after the #, such as "memory/sum". */
  readonly path: string;
  /** A score that an untrained model cannot have; absent where nothing is learned. */
  readonly bar?: number;
  /** Does what a visitor does, with the trained model if there is one, and expects what it answers. */
  tryIt(page: Page): Promise<void>;
  /** What makes another model, and so is done last: training is on when it begins. */
  afterwards?(page: Page): Promise<void>;
  /** Expects what is there again after a reload, before training goes on. */
  cameBack?(page: Page): Promise<void>;
}
