import { UnrollError, ValueError } from "@unroll/kernels";
import type { Module } from "../modules/module";
import type { Optimizer } from "../optim/optimizer";
import { assign } from "../tensor/assign";
import type { HostData } from "../tensor/dtype";
import type { Parameter } from "../tensor/parameter";
import type { Tensor } from "../tensor/tensor";
import { describeFault } from "./fault";

/** How far training has come. */
export interface TrainProgress {
  /** Epoch, from 1 on. */
  readonly epoch: number;
  readonly epochs: number;
  /** Steps done in this epoch, and how many it has where that is known. */
  readonly step: number;
  readonly steps: number | undefined;
  /** Steps done in all. */
  readonly totalSteps: number;
  /** Mean loss of the steps since the last report. */
  readonly loss: number;
  /** Updates of this training that were left out so far, because a gradient was not finite though its loss was. */
  readonly skipped: number;
  /** Rows trained on so far, as `count` tells. */
  readonly items: number;
  /** Seconds since training began. */
  readonly seconds: number;
}

/** The end of an epoch. */
export interface EpochResult {
  readonly epoch: number;
  /** Mean loss over the epoch's steps. */
  readonly loss: number;
  /** What `evaluate` returned. */
  readonly metrics: Readonly<Record<string, number>>;
  /** Whether these weights are the best so far. */
  readonly isBest: boolean;
}

export interface TrainOptions<Batch> {
  model: Module;
  optimizer: Optimizer;
  epochs: number;
  /** The batches of an epoch, counted from 1. */
  batches: (epoch: number) => Iterable<Batch> | AsyncIterable<Batch>;
  /** The loss of a batch: one number. */
  loss: (batch: Batch) => Tensor;
  /** Measures the model after each epoch, with dropout off. */
  evaluate?: () => Promise<Readonly<Record<string, number>>> | Readonly<Record<string, number>>;
  /** What tells which weights are best: a metric of `evaluate`, or else the `loss` of training, and whether more or less of it is better. */
  monitor?: { metric: string; better: "higher" | "lower" };
  /** Ends training after this many epochs without a better `monitor`. */
  patience?: number;
  /** How many rows a batch has, for the progress. */
  count?: (batch: Batch) => number;
  /** How many steps an epoch has, for the progress. */
  steps?: number;
  /** Steps between two looks at the loss; only a look waits for the GPU. */
  reportEvery?: number;
  onProgress?: (progress: TrainProgress) => void;
  onEpoch?: (result: EpochResult) => void;
  /** Ends training after the step at hand; the weights stay as they then are. */
  signal?: AbortSignal;
}

export interface TrainResult {
  readonly history: readonly EpochResult[];
  /** The epoch whose weights the model now has; none if training was cancelled within an epoch. */
  readonly best: EpochResult | undefined;
  readonly reason: "done" | "stopped early" | "cancelled";
  readonly steps: number;
}

/** Training met a loss or a gradient that is infinite or not a number. The update of that step was left out. */
export class NonFiniteLossError extends UnrollError {
  override readonly name = "NonFiniteLossError";
}

/**
 * Trains a model for some epochs, measures it after each, and leaves it with the best weights. It is driven by the
 * GPU's own completions, never by timers or animation frames, so a hidden tab trains as fast as a shown one, and it
 * works the same on a page and in a worker. Afterwards each part of the model trains or evaluates as it did before.
 * Single updates left out for a gradient that is not finite are counted in the progress.
 * @throws NonFiniteLossError that names the first tensor that went wrong; also where the losses are finite but, for
 * their gradients, no update since the last look was made
 * @throws ValueError if an option is out of range, or an epoch has no batches
 */
export async function train<Batch>(options: TrainOptions<Batch>): Promise<TrainResult> {
  const run = new Run(options);
  const modes = [...options.model.namedModules().values()].map((part) => [part, part.training] as const);
  try {
    return await run.all();
  } finally {
    for (const [part, training] of modes) part.training = training;
  }
}

/** Losses asked for and not yet looked at. */
interface Pending {
  readonly loss: Tensor;
  readonly step: number;
}

class Run<Batch> {
  readonly #options: TrainOptions<Batch>;
  readonly #history: EpochResult[] = [];
  readonly #started = performance.now();
  #pending: Pending[] = [];
  #steps = 0;
  /** Steps done when the last epoch was measured: the weights are that epoch's as long as there are no more. */
  #measuredSteps = 0;
  /** Updates that the optimizer left out: before training, and until the last look. */
  #skippedBefore = 0;
  #skipped = 0;
  #items = 0;
  #epochSum = 0;
  #best: { result: EpochResult; weights: Map<Parameter, HostData> } | null = null;

  constructor(options: TrainOptions<Batch>) {
    for (const [what, value] of Object.entries({ epochs: options.epochs, reportEvery: options.reportEvery ?? 1 })) {
      if (Number.isInteger(value) && value > 0) continue;
      throw new ValueError({ where: "train", what, expected: "a positive whole number", received: String(value) });
    }
    const { patience, monitor } = options;
    if (patience !== undefined && !(monitor && patience > 0)) {
      throw new ValueError({
        where: "train",
        what: "patience",
        expected: "at least 1, beside a monitor",
        received: monitor ? String(patience) : "given without one",
        remedy: "Say with monitor which metric tells whether an epoch is better.",
      });
    }
    this.#options = options;
  }

  async all(): Promise<TrainResult> {
    const { epochs, patience = Number.POSITIVE_INFINITY, signal } = this.#options;
    let sinceBest = 0;
    this.#skippedBefore = (await this.#options.optimizer.report()).skipped;
    this.#skipped = this.#skippedBefore;
    for (let epoch = 1; epoch <= epochs; epoch++) {
      if (!(await this.#epoch(epoch))) return this.#finish("cancelled");
      const result = await this.#measure(epoch);
      sinceBest = result.isBest ? 0 : sinceBest + 1;
      if (signal?.aborted) return this.#finish("cancelled");
      if (sinceBest >= patience && epoch < epochs) return this.#finish("stopped early");
    }
    return this.#finish("done");
  }

  /** One pass over the data; false if it was cancelled on the way. */
  async #epoch(epoch: number): Promise<boolean> {
    const { model, optimizer, batches, loss: lossOf, signal, count, reportEvery = 10 } = this.#options;
    model.train();
    this.#epochSum = 0;
    let step = 0;
    for await (const batch of batches(epoch)) {
      if (signal?.aborted) {
        await this.#look(epoch, step);
        return false;
      }
      const loss = lossOf(batch);
      await optimizer.minimize(loss);
      step++;
      this.#steps++;
      this.#items += count?.(batch) ?? 0;
      this.#pending.push({ loss, step });
      if (this.#pending.length >= reportEvery) await this.#look(epoch, step);
    }
    if (step === 0) {
      throw new ValueError({
        where: "train",
        what: `epoch ${epoch}`,
        expected: "of at least one batch",
        received: "empty",
      });
    }
    await this.#look(epoch, step);
    const mean = this.#epochSum / step;
    this.#epochSum = mean;
    return true;
  }

  /** Reads the losses since the last look, and what became of their updates: one wait for the GPU. */
  async #look(epoch: number, step: number): Promise<void> {
    const pending = this.#pending;
    this.#pending = [];
    if (pending.length === 0) return;
    const [report, ...values] = await Promise.all([
      this.#options.optimizer.report(),
      ...pending.map(({ loss }) => loss.item()),
    ]);
    for (const [index, value] of values.entries()) {
      if (!Number.isFinite(value)) await this.#fail(epoch, pending[index] as Pending, value);
    }
    for (const { loss } of pending) loss.dispose();
    // A loss of half precision may have been scaled up too far: then the scale has fallen, and the next update may do.
    const isScaledUp = report.lossScale > 1;
    if (report.skipped - this.#skipped >= pending.length && !isScaledUp)
      failGradient(epoch, pending, report.firstBadParameter);
    this.#skipped = report.skipped;
    const sum = values.reduce((a, b) => a + b, 0);
    this.#epochSum += sum;
    const { epochs, steps, onProgress } = this.#options;
    onProgress?.({
      epoch,
      epochs,
      step,
      steps,
      totalSteps: this.#steps,
      loss: sum / values.length,
      skipped: this.#skipped - this.#skippedBefore,
      items: this.#items,
      seconds: (performance.now() - this.#started) / 1000,
    });
  }

  async #fail(epoch: number, { loss, step }: Pending, value: number): Promise<never> {
    const { model, optimizer } = this.#options;
    const fault = await describeFault(loss, model, optimizer);
    throw new NonFiniteLossError({
      where: "train",
      what: `the loss of step ${step} in epoch ${epoch}`,
      expected: "finite",
      received: String(value),
      remedy: `${fault} The update of that step was left out. Lower the learning rate, set clipNorm, or look at that batch.`,
    });
  }

  async #measure(epoch: number): Promise<EpochResult> {
    const { model, evaluate, monitor, onEpoch } = this.#options;
    model.eval();
    const metrics = (await evaluate?.()) ?? {};
    const loss = this.#epochSum;
    const isBest = this.#isBetter({ loss, ...metrics }, monitor);
    const result = { epoch, loss, metrics, isBest };
    if (isBest) this.#best = { result, weights: monitor ? await snapshot(model) : new Map() };
    this.#history.push(result);
    this.#measuredSteps = this.#steps;
    onEpoch?.(result);
    return result;
  }

  #isBetter(metrics: Readonly<Record<string, number>>, monitor: TrainOptions<Batch>["monitor"]): boolean {
    if (!monitor) return true; // without a monitor the latest weights count as the best
    const { metric, better } = monitor;
    const now = metrics[metric];
    if (now === undefined) {
      throw new ValueError({
        where: "train",
        what: `monitor.metric "${metric}"`,
        expected: `one of ${Object.keys(metrics).join(", ")}`,
        received: "none of them",
      });
    }
    if (!this.#best) return true;
    const { loss, metrics: best } = this.#best.result;
    const before = { loss, ...best }[metric] as number;
    if (Number.isNaN(before)) return !Number.isNaN(now); // a metric of nothing is no record to beat
    return better === "higher" ? now > before : now < before;
  }

  async #finish(reason: TrainResult["reason"]): Promise<TrainResult> {
    const last = this.#history.at(-1);
    if (this.#best && reason !== "cancelled" && this.#best.result !== last) {
      await assign([...this.#best.weights]);
    }
    const lastIfUnchanged = this.#steps === this.#measuredSteps ? last : undefined;
    const best = reason === "cancelled" ? lastIfUnchanged : this.#best?.result;
    return { history: this.#history, best, reason, steps: this.#steps };
  }
}

/** The losses are finite, the gradients are not: every update since the last look was left out, and so would the next be. */
function failGradient(epoch: number, pending: readonly Pending[], bad: Parameter | undefined): never {
  const [first, last] = [pending.at(0)?.step, pending.at(-1)?.step];
  const fault = bad ? `The gradient of ${bad.name ?? bad} was the first that is not finite.` : "Its norm overflows.";
  throw new NonFiniteLossError({
    where: "train",
    what: `the gradient of ${first === last ? `step ${first}` : `steps ${first} to ${last}`} in epoch ${epoch}`,
    expected: "finite",
    received: "not",
    remedy: `${fault} No update since the last look was made. Look for a square root, quotient or power at 0, or scale the loss down.`,
  });
}

async function snapshot(model: Module): Promise<Map<Parameter, HostData>> {
  const parameters = [...model.parameters(), ...model.namedBuffers().values()];
  const values = await Promise.all(parameters.map((parameter) => parameter.data()));
  return new Map(parameters.map((parameter, index) => [parameter, values[index] as HostData]));
}
