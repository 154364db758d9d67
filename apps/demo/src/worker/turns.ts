/** Lets pieces of work through one at a time, in the order in which they came. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve();

  /** @returns what `work` returns, once all that came before is done, failed or not */
  take<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#last.then(work, work);
    this.#last = mine.catch(() => undefined); // whoever asked is told; the next in turn need not know
    return mine;
  }
}
