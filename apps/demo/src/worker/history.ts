import type { Point } from "./protocol";

/** A curve needs no more points than a screen has columns. */
const MOST = 1024;

/** The course of a run. When it grows long, every second point goes. */
export class History {
  #points: Point[];

  constructor(points: readonly Point[] = []) {
    this.#points = [...points];
  }

  get points(): readonly Point[] {
    return this.#points;
  }

  get steps(): number {
    return this.#points.at(-1)?.step ?? 0;
  }

  add(point: Point): void {
    this.#points.push(point);
    if (this.#points.length <= MOST) return;
    const last = this.#points.length - 1;
    this.#points = this.#points.filter(({ score }, index) => index % 2 === 0 || index === last || score !== null);
    if (this.#points.length > MOST) this.#points = this.#points.filter((_, index) => index % 2 === 0 || index === last);
  }
}
