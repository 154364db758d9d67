import { loadCheckpoint } from "../checkpoint/load-checkpoint";
import { saveCheckpoint } from "../checkpoint/save-checkpoint";
import type { Module } from "../modules/module";
import { assign } from "../tensor/assign";
import type { HostData } from "../tensor/dtype";
import type { Parameter } from "../tensor/parameter";
import type { Tensor } from "../tensor/tensor";
import { tensorsOf } from "../tensor/tree";
import { expectIterable, expectLoss, expectMetrics, expectTrainOptions, NEW_ITERATOR } from "./checks";
import { describeFault, failGradient, NonFiniteLossError } from "./fault";
import { expectMonitor } from "./monitor";
import type { EpochResult, TrainCheckpoint, TrainOptions, TrainResult } from "./options";
import { refuse } from "./refuse";
import { isTrainPosition, isTrainState, type TrainPosition, weightsOf, weightTensors } from "./resume";
import { carryState } from "./truncated";

/**
 * Trains a model for some epochs, measures it after each, and leaves it with the best weights. It is driven by the
 * GPU's own completions, never by timers or animation frames, so a hidden tab trains as fast as a shown one, and it
 * works the same on a page and in a worker. Afterwards each part of the model trains or evaluates as it did before.
 * Single updates left out for a gradient that is not finite are counted in the progress.
 * @throws NonFiniteLossError that names the first tensor that went wrong; also where the losses are finite but, for
 * their gradients, no update since the last look was made
 * @throws ValueError if an option is out of range, missing or unknown, an epoch has no batches, a loss is no tensor, or a
 * metric is no number
 * @throws what `loadCheckpoint` throws where `resume` does not fit
 */
export async function train<Batch, State = unknown>(options: TrainOptions<Batch, State>): Promise<TrainResult> {
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

class Run<Batch, State> {
  readonly #options: TrainOptions<Batch, State>;
  #history: EpochResult[] = [];
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
  #sinceBest = 0;
  #best: { result: EpochResult; weights: Map<Parameter, HostData> } | null = null;
  /** Updates that the optimizer had been asked for at the last look. */
  #updates = 0;
  /** State carried from batch to batch. */
  #carried: State | undefined;
  /** Where a resumed training begins: the epoch, and steps done of it. */
  #from = { epoch: 1, step: 0 };

  constructor(options: TrainOptions<Batch, State>) {
    expectTrainOptions(options);
    const counts = {
      epochs: options.epochs,
      reportEvery: options.reportEvery ?? 1,
      accumulate: options.accumulate ?? 1,
      "checkpoint.every": options.checkpoint?.every ?? 1,
    };
    for (const [what, value] of Object.entries(counts)) {
      if (Number.isInteger(value) && value > 0) continue;
      refuse(what, "a positive whole number", String(value));
    }
    expectMonitor(options);
    this.#options = options;
  }

  async all(): Promise<TrainResult> {
    const { epochs, patience = Number.POSITIVE_INFINITY, signal, optimizer, resume } = this.#options;
    if (resume) await this.#resume(resume);
    this.#skipped = (await optimizer.report()).skipped;
    if (!resume) this.#skippedBefore = this.#skipped;
    this.#updates = optimizer.updates;
    for (let { epoch } = this.#from; epoch <= epochs; epoch++) {
      if (!(await this.#epoch(epoch))) return this.#finish("cancelled");
      const result = await this.#measure(epoch);
      this.#sinceBest = result.isBest ? 0 : this.#sinceBest + 1;
      if (signal?.aborted) return this.#finish("cancelled");
      if (this.#sinceBest >= patience && epoch < epochs) return this.#finish("stopped early");
    }
    return this.#finish("done");
  }

  /** One pass over the data; false if it was cancelled on the way. */
  async #epoch(epoch: number): Promise<boolean> {
    const { model, batches, signal, count, reportEvery = 10, checkpoint } = this.#options;
    model.train();
    const done = epoch === this.#from.epoch ? this.#from.step : 0;
    if (done === 0) {
      this.#epochSum = 0;
      this.#carried = undefined;
    }
    let step = 0;
    for await (const batch of expectIterable(batches(epoch))) {
      if (step < done) {
        step++;
        continue;
      }
      if (signal?.aborted) {
        if (step > done) await this.#useGathered();
        await this.#look(epoch, step);
        return false;
      }
      const loss = await this.#update(batch, count?.(batch));
      step++;
      this.#steps++;
      this.#items += count?.(batch) ?? 0;
      this.#pending.push({ loss, step });
      const isKept = checkpoint && this.#steps % checkpoint.every === 0;
      if (this.#pending.length >= reportEvery || isKept) await this.#look(epoch, step);
      if (isKept) await this.#save(checkpoint, epoch, step);
    }
    await this.#useGathered();
    if (step === 0) {
      refuse(`epoch ${epoch}`, "of at least one batch", "empty", NEW_ITERATOR);
    }
    await this.#look(epoch, step);
    const mean = this.#epochSum / step;
    this.#epochSum = mean;
    return true;
  }

  /** Trains on a batch. @returns its loss */
  async #update(batch: Batch, rows: number | undefined): Promise<Tensor> {
    const { optimizer, loss: lossOf, accumulate = 1 } = this.#options;
    const made = this.#carried === undefined ? lossOf(batch) : lossOf(batch, this.#carried);
    const { loss, state } = expectLoss<State>(made);
    const evaluate = tensorsOf(state);
    if (accumulate === 1) await optimizer.minimize(loss, { evaluate });
    else {
      await optimizer.accumulate(loss, { evaluate, ...(rows === undefined ? {} : { weight: rows }) });
      if (optimizer.accumulated >= accumulate) await optimizer.step();
    }
    this.#carried = state === undefined ? undefined : carryState(state, this.#carried);
    return loss;
  }

  /** Updates with the gradients of batches that are too few for an update: there come no more. */
  async #useGathered(): Promise<void> {
    const { optimizer } = this.#options;
    if (optimizer.accumulated > 0) await optimizer.step();
  }

  /** Keeps all that this training goes on from. */
  async #save({ every: _, save, ...subject }: TrainCheckpoint, epoch: number, step: number): Promise<void> {
    const { model, optimizer } = this.#options;
    const position: TrainPosition = {
      epoch,
      step,
      steps: this.#steps,
      items: this.#items,
      epochSum: this.#epochSum,
      skipped: this.#skippedBefore,
      sinceBest: this.#sinceBest,
      history: this.#history,
      best: this.#best?.result.epoch ?? 0,
    };
    const best = weightTensors(model, this.#best?.weights ?? new Map());
    const state = { carried: this.#carried ?? null, best };
    const bytes = await saveCheckpoint({ ...subject, model, optimizer, position, state });
    await save(bytes, { epoch, step, totalSteps: this.#steps });
  }

  /** Goes on from a checkpoint. */
  async #resume(bytes: ArrayBuffer | Uint8Array<ArrayBuffer>): Promise<void> {
    const { model, optimizer, checkpoint } = this.#options;
    const { generators, vocabulary } = checkpoint ?? {};
    const { position, state } = await loadCheckpoint(bytes, { model, optimizer, generators, vocabulary });
    if (!isTrainPosition(position) || !isTrainState(state)) {
      refuse(
        "resume",
        "a checkpoint that train() kept",
        "one of something else",
        "Load it with loadCheckpoint, and train from there.",
      );
    }
    this.#from = { epoch: position.epoch, step: position.step };
    this.#steps = position.steps;
    this.#items = position.items;
    this.#epochSum = position.epochSum;
    this.#skippedBefore = position.skipped;
    this.#sinceBest = position.sinceBest;
    this.#history = [...position.history];
    this.#carried = (state.carried ?? undefined) as State | undefined;
    const best = this.#history.find(({ epoch }) => epoch === position.best);
    if (best) this.#best = { result: best, weights: await weightsOf(model, state.best) };
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
    const made = this.#options.optimizer.updates - this.#updates;
    this.#updates = this.#options.optimizer.updates;
    if (made > 0 && report.skipped - this.#skipped >= made && !isScaledUp)
      failGradient(
        epoch,
        pending.map(({ step: at }) => at),
        report.firstBadParameter,
      );
    this.#skipped = report.skipped;
    const sum = values.reduce((a, b) => a + b, 0);
    for (const value of values) this.#epochSum += value; // one by one: the sum is the same however often one looks
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
    const { model, evaluate, monitor, onEpoch, plateau } = this.#options;
    model.eval();
    const metrics = expectMetrics((await evaluate?.()) ?? {});
    const loss = this.#epochSum;
    const isBest = this.#isBetter({ loss, ...metrics }, monitor);
    const result = { epoch, loss, metrics, isBest };
    if (plateau && monitor) plateau.observe({ loss, ...metrics }[monitor.metric] as number);
    if (isBest) this.#best = { result, weights: monitor ? await snapshot(model) : new Map() };
    this.#history.push(result);
    this.#measuredSteps = this.#steps;
    onEpoch?.(result);
    return result;
  }

  #isBetter(metrics: Readonly<Record<string, number>>, monitor: TrainOptions<Batch, State>["monitor"]): boolean {
    if (!monitor) return true; // without a monitor the latest weights count as the best
    const { metric, better } = monitor;
    const now = metrics[metric];
    if (now === undefined) {
      refuse(`monitor.metric "${metric}"`, `one of ${Object.keys(metrics).join(", ")}`, "none of them");
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

async function snapshot(model: Module): Promise<Map<Parameter, HostData>> {
  const parameters = [...model.parameters(), ...model.namedBuffers().values()];
  const values = await Promise.all(parameters.map((parameter) => parameter.data()));
  return new Map(parameters.map((parameter, index) => [parameter, values[index] as HostData]));
}
