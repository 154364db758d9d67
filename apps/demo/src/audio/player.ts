import { signal } from "@preact/signals";
import type { Playing } from "./play";

/** Plays one sound at a time, from a press of a button until it is over or pressed again. */
export class Player {
  /** From the press on: until there is sound the browser may take seconds. */
  readonly isBusy = signal(false);
  /** The sound, once there is one. */
  readonly playing = signal<Playing | null>(null);
  /** Why there was none. */
  readonly failure = signal<unknown>(null);
  /** Counts presses: what comes of one that was taken back is for nobody. */
  #press = 0;

  /** @param start is called at once, as browsers let a page sound while a press is handled */
  async toggle(start: () => Promise<Playing>): Promise<void> {
    if (this.isBusy.value) return this.stop();
    const press = ++this.#press;
    this.failure.value = null;
    this.isBusy.value = true;
    try {
      const playing = await start();
      if (press !== this.#press) return playing.stop();
      this.playing.value = playing;
      await playing.ended;
    } catch (error) {
      if (press === this.#press) this.failure.value = error;
    }
    if (press === this.#press) this.#rest();
  }

  stop(): void {
    this.#press++;
    this.playing.value?.stop();
    this.#rest();
  }

  #rest(): void {
    this.playing.value = null;
    this.isBusy.value = false;
  }
}
