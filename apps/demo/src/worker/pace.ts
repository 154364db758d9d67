/** How often something beside training may be done: no sooner than `least` milliseconds, nor for more than a share of all time. */
export class Pace {
  readonly #least: number;
  readonly #share: number;
  #next = 0;

  constructor({ least, share }: { readonly least: number; readonly share: number }) {
    this.#least = least;
    this.#share = share;
  }

  get isDue(): boolean {
    return performance.now() >= this.#next;
  }

  /** Does it now, and says by how long it took when it is due again. */
  async take<T>(work: () => Promise<T>): Promise<T> {
    const began = performance.now();
    try {
      return await work();
    } finally {
      const ended = performance.now();
      this.#next = ended + Math.max(this.#least, (ended - began) / this.#share);
    }
  }
}
