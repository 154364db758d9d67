import type { Progress } from "../protocol";

/** Seconds that the pace looks back: long enough to be steady, short enough to forget the compiling at the start. */
const WINDOW = 15;

type Sample = Pick<Progress, "seconds" | "items" | "step" | "steps">;

/** How fast a run goes at present. */
export class Pace {
  readonly #samples: Sample[] = [];

  /** Adds a report, and returns rows per second, and seconds to the end where that can be told. */
  at({ seconds, items, step, steps }: Sample): { speed: number; secondsLeft: number | undefined } {
    while (this.#samples.length > 1 && seconds - (this.#samples[0]?.seconds ?? 0) > WINDOW) this.#samples.shift();
    const from = this.#samples[0] ?? { seconds: 0, items: 0, step: 0 };
    this.#samples.push({ seconds, items, step, steps });
    const passed = seconds - from.seconds;
    if (!(passed > 0)) return { speed: 0, secondsLeft: undefined };
    const stepsPerSecond = (step - from.step) / passed;
    return {
      speed: (items - from.items) / passed,
      secondsLeft: stepsPerSecond > 0 ? (steps - step) / stepsPerSecond : undefined,
    };
  }
}
