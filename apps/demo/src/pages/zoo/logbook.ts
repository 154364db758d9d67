/** How one racer did over the race. */
export interface Course {
  readonly losses: readonly number[];
  readonly scores: readonly number[];
  /** The loss of the last step. */
  readonly loss: number | null;
  /** Milliseconds of a forward and backward pass, as a rule. */
  readonly took: number | null;
}

/** A curve in a table needs no more points. */
const MOST = 120;
/** How much of the last time goes into the usual one: the first passes compile, and any may be held up. */
const SHARE = 0.1;

/** Notes of a race that is run a step at a time. */
export class Logbook {
  #courses: { losses: number[]; scores: number[]; loss: number | null; took: number | null }[];
  /** Of each racer the losses since the last point of its curve, and the steps of this visit. */
  readonly #sums: { sum: number; count: number; steps: number }[];
  /** Steps that a point stands for. */
  #stride = 1;

  constructor(racers: number) {
    this.#courses = Array.from({ length: racers }, () => ({ losses: [], scores: [], loss: null, took: null }));
    this.#sums = this.#courses.map(() => ({ sum: 0, count: 0, steps: 0 }));
  }

  get courses(): readonly Course[] {
    return this.#courses;
  }

  /** @returns the mean of the last losses of all who have run */
  note(racer: number, loss: number, took: number): number {
    const course = this.#courses[racer];
    const sums = this.#sums[racer];
    if (course && sums) {
      // what was compiled in the first step is not what a step takes
      if (sums.steps++ > 0) course.took = course.took === null ? took : course.took + SHARE * (took - course.took);
      course.loss = loss;
      sums.sum += loss;
      sums.count++;
      if (sums.count >= this.#stride) {
        course.losses.push(sums.sum / sums.count);
        [sums.sum, sums.count] = [0, 0];
      }
      if (racer === this.#courses.length - 1 && course.losses.length >= MOST) this.#coarsen();
    }
    const last = this.#courses.flatMap((each) => each.loss ?? []);
    return last.reduce((sum, each) => sum + each, 0) / last.length;
  }

  /** Curves of half as many points: each is the mean of two. */
  #coarsen(): void {
    this.#stride *= 2;
    for (const course of this.#courses) {
      course.losses = course.losses.flatMap((loss, at, all) =>
        at % 2 === 1 ? (loss + (all[at - 1] ?? loss)) / 2 : [],
      );
    }
  }

  hasRun(racer: number): boolean {
    return typeof this.#courses[racer]?.loss === "number";
  }

  noteScore(racer: number, score: number): void {
    const course = this.#courses[racer];
    if (!course) return;
    course.scores.push(score);
    const last = course.scores.length - 1; // stays: it is what the racer stands at
    if (last >= MOST) course.scores = course.scores.filter((_, at) => (last - at) % 2 === 0);
  }

  /** All of it in plain values. */
  take(): object {
    return { courses: this.#courses, stride: this.#stride };
  }

  /** Goes on from what `take` gave; what was kept of another race is left. */
  restore(kept: unknown): void {
    if (typeof kept !== "object" || kept === null) return;
    const { courses, stride } = kept as { courses?: unknown; stride?: unknown };
    if (!Array.isArray(courses) || courses.length !== this.#courses.length || !courses.every(isCourse)) return;
    this.#courses = courses.map(({ losses, scores, loss, took }) => ({
      losses: [...losses],
      scores: [...scores],
      loss,
      took,
    }));
    this.#stride = typeof stride === "number" && stride >= 1 ? stride : 1;
  }
}

function isCourse(kept: unknown): kept is Course {
  if (typeof kept !== "object" || kept === null) return false;
  const { losses, scores, loss, took } = kept as Record<string, unknown>;
  const areNumbers = (values: unknown) => Array.isArray(values) && values.every((value) => typeof value === "number");
  const isNumber = (value: unknown) => value === null || typeof value === "number";
  return areNumbers(losses) && areNumbers(scores) && isNumber(loss) && isNumber(took);
}
