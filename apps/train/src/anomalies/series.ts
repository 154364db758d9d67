/** A series of numbers over time, and where it is not as it should be. */
export type Series = {
  /** As labels.json calls it: "realKnownCause/nyc_taxi.csv". */
  name: string;
  /** When each value was taken, in seconds. */
  seconds: number[];
  values: number[];
  /** Anomaly windows: the first position of each, and the one behind its last. Only the score looks at them. */
  windows: [from: number, to: number][];
};

/** The share of a series that is taken to be usual, and the most values of it: as in NAB (Lavin & Ahmad 2015). */
const PROBATION = { share: 0.15, most: 750 } as const;

/** How many values at the start of a series are learned from: detectors are silent there. */
export function probationOf({ values }: Pick<Series, "values">): number {
  return Math.min(Math.floor(PROBATION.share * values.length), PROBATION.most);
}
