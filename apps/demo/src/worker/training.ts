import type { Device } from "@unroll/kernels";
import { NonFiniteLossError } from "@unroll/nn";
import type { Run } from "../experiment/experiment";
import { History } from "./history";
import { Meter } from "./meter";
import { Pace } from "./pace";
import type { Cost, Point } from "./protocol";
import { Turns } from "./turns";

/** What training tells of itself. */
export interface Listener {
  progress(points: readonly Point[], cost: Cost): void;
  picture(picture: unknown): void;
  failed(error: unknown): void;
}

/** How long a burst of steps takes: short enough that a button is answered at once. */
const BURST_MS = 60;
const MOST_STEPS = 64;

/** Trains a run in bursts of steps; between two of them there is time for other work with the model. */
export class Training {
  readonly history: History;
  readonly #run: Run;
  readonly #listener: Listener;
  readonly #save: () => Promise<void>;
  readonly #meter: Meter;
  readonly #turns = new Turns();
  readonly #scores = new Pace({ least: 500, share: 0.2 });
  readonly #pictures = new Pace({ least: 200, share: 0.2 });
  readonly #saves = new Pace({ least: 2000, share: 0.1 });
  #isRunning = false;
  #loop: Promise<void> = Promise.resolve();
  #steps: number;
  #burst = 1;

  /** @param save keeps all that training goes on from; called now and then, and when training pauses */
  constructor(
    device: Device,
    run: Run,
    points: readonly Point[],
    { listener, save }: { readonly listener: Listener; readonly save: () => Promise<void> },
  ) {
    this.#run = run;
    this.#listener = listener;
    this.#save = save;
    this.history = new History(points);
    this.#steps = this.history.steps;
    this.#meter = new Meter(device);
  }

  get isRunning(): boolean {
    return this.#isRunning;
  }

  start(): void {
    if (this.#isRunning) return;
    this.#isRunning = true;
    this.#meter.begin();
    this.#loop = this.#train();
  }

  /** Stops after the burst at hand. */
  async stop(): Promise<void> {
    this.#isRunning = false;
    await this.#loop;
  }

  /** Does `work` with the model as it is now, between two bursts. */
  between<T>(work: () => Promise<T>): Promise<T> {
    return this.#turns.take(() => {
      this.#run.model.eval();
      return work();
    });
  }

  async #train(): Promise<void> {
    try {
      while (this.#isRunning) {
        await this.#turns.take(() => this.#burstAndReport());
        await new Promise((resolve) => setTimeout(resolve)); // lets messages in
      }
    } catch (error) {
      this.#isRunning = false;
      this.#listener.failed(error);
    }
  }

  async #burstAndReport(): Promise<void> {
    const loss = await this.#trainBurst();
    const run = this.#run;
    run.model.eval();
    const isFirst = this.#steps === 1; // shown at once: the first score takes its time to be compiled
    const score = !isFirst && this.#scores.isDue ? await this.#scores.take(() => run.score()) : null;
    const point = { step: this.#steps, loss, score };
    this.history.add(point);
    this.#listener.progress([point], this.#meter.look());
    if (run.picture && !isFirst && this.#pictures.isDue) {
      this.#listener.picture(await this.#pictures.take(async () => run.picture?.()));
    }
    if (this.#saves.isDue) await this.#saves.take(this.#save);
  }

  /** Takes as many steps as fit into a burst. @returns their mean loss */
  async #trainBurst(): Promise<number> {
    this.#run.model.train();
    this.#meter.enter();
    const began = performance.now();
    const losses = [];
    for (let step = 0; step < this.#burst; step++) losses.push(await this.#run.step());
    const values = await Promise.all(losses.map((loss) => loss.item()));
    for (const loss of losses) loss.dispose();
    this.#meter.leave(this.#burst);
    this.#steps += this.#burst;
    const each = (performance.now() - began) / this.#burst;
    this.#burst = Math.max(1, Math.min(MOST_STEPS, 2 * this.#burst, Math.round(BURST_MS / each)));
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    if (!Number.isFinite(mean)) {
      throw new NonFiniteLossError({
        where: "training",
        what: `the loss of step ${this.#steps}`,
        expected: "finite",
        received: String(mean),
        remedy: "Lower the learning rate and reset.",
      });
    }
    return mean;
  }
}
