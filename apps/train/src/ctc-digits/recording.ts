/** Samples a second that the network hears. */
export const SAMPLE_RATE = 8000;

/** Someone says digits: one, as a rule. */
export type Recording = {
  digits: number[];
  /** Who says them: strings are joined of recordings of one. */
  speaker: string;
  /** From −32767 to 32767, `SAMPLE_RATE` a second. */
  samples: number[];
};

/** The model knows nothing beside its weights. */
export type SpokenFacts = Record<string, never>;
