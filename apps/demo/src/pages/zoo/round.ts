import { Random } from "@unroll/data";
import type { Examples, Task } from "./tasks";

/** The examples of a round, which are the same for all who run. */
export class Round {
  readonly #task: Task;
  readonly #random: Random;
  readonly #rows: number;
  #examples: Examples | null = null;
  /** Where the source of chance stood before they were drawn. */
  #from: readonly number[] | null = null;

  constructor(task: Task, random: Random, rows: number) {
    this.#task = task;
    this.#random = random;
    this.#rows = rows;
  }

  /** @param turn the first, 0, begins a round */
  examplesOf(turn: number): Examples {
    if (turn > 0 && this.#examples) return this.#examples;
    this.#from = this.#random.state;
    this.#examples = this.#task.draw(this.#random, this.#rows);
    return this.#examples;
  }

  /** What brings the same examples back, in plain values. */
  take(): unknown {
    return this.#from;
  }

  /** Goes on with the examples that `take` told of; what was kept before there was a round tells of none. */
  restore(kept: unknown): void {
    if (kept === null || kept === undefined) return;
    const from = Random.fromState(kept);
    this.#from = from.state;
    this.#examples = this.#task.draw(from, this.#rows);
  }
}
