import type { CounterValues, Device } from "@unroll/kernels";
import type { Cost } from "./protocol";

/** Measures what training steps cost, from one look to the next. */
export class Meter {
  readonly #device: Device;
  #before: CounterValues;
  #since = performance.now();
  #steps = 0;
  #dispatches = 0;
  #dispatchesPerStep = 0;
  #stepsPerSecond = 0;

  constructor(device: Device) {
    this.#device = device;
    this.#before = device.counters.snapshot();
  }

  /** Forgets the time that passed since the last step: training stood still. */
  begin(): void {
    this.#since = performance.now();
    this.#steps = 0;
    this.#dispatches = 0;
  }

  /** Counts only what is dispatched between `enter` and `leave`, so that scores and pictures are not taken for training. */
  enter(): void {
    this.#before = this.#device.counters.snapshot();
  }

  leave(steps: number): void {
    this.#dispatches += this.#device.counters.since(this.#before).dispatches;
    this.#steps += steps;
  }

  look(): Cost {
    const now = performance.now();
    if (this.#steps > 0) {
      this.#dispatchesPerStep = this.#dispatches / this.#steps;
      this.#stepsPerSecond = (1000 * this.#steps) / (now - this.#since);
    }
    this.#since = now;
    this.#steps = 0;
    this.#dispatches = 0;

    return {
      stepsPerSecond: this.#stepsPerSecond,
      dispatchesPerStep: this.#dispatchesPerStep,
      bytes: this.#device.counters.liveBytes,
    };
  }
}
