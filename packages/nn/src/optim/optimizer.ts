import {
  type Device,
  DisposedError,
  lossScale,
  REPORT_WORDS,
  readReport,
  reportWords,
  type UpdateReport,
} from "@unroll/kernels";
import { grad } from "../autograd/grad";
import type { KernelNode } from "../graph/node";
import { run } from "../graph/run";
import { expectAtLeast, expectOneOf } from "../ops/options";
import { deviceOf, submit } from "../plan/evaluate";
import { expectFeatures, expectOnDevice } from "../plan/expect-device";
import { type Explanation, explainRequest } from "../plan/explain";
import type { Expansion } from "../plan/plan";
import { traceRequest } from "../plan/request";
import { type Trace, trace } from "../plan/trace";
import { expectKnown } from "../tensor/known-options";
import type { Parameter } from "../tensor/parameter";
import { type Scalar, scalar } from "../tensor/scalar";
import type { Tensor } from "../tensor/tensor";
import { Accumulation, expectAccumulated, expectWeight } from "./accumulation";
import { type AverageOptions, averageShare, expectAverage, expectAverageKept } from "./average";
import { expectReady, rootsOf } from "./checks";
import type { ClipScope } from "./clipping-units";
import { FlatParameters } from "./flat-parameters";
import { groupsOf, type OptimizerGroup, type ParameterList } from "./groups";
import type {
  AccumulateOptions,
  Asked,
  MinimizeOptions,
  OptimizerKind,
  OptimizerOptions,
  Slot,
  UpdateCall,
  Updating,
} from "./optimizer-options";
import type { OptimizerState } from "./optimizer-state";
import { orElse } from "./or-else";
import type { Schedule } from "./schedule";
import { type Kept, readState, type StateFacts, writeState } from "./state-transfer";
import { swapCalls, updateCalls } from "./update-calls";
import { UpdateSettings } from "./update-settings";
import { zerosOn, zerosOnEach } from "./zeros";

let instances = 0;

/** Changes parameters against the gradient of a loss: forward, backward and update are one submission. */
export abstract class Optimizer {
  readonly weightDecay: number;
  readonly decay: "l2" | "decoupled";
  readonly clipNorm: number;
  readonly clipScope: ClipScope;
  readonly clipValue: number;
  readonly average: AverageOptions | undefined;
  readonly groups: readonly OptimizerGroup[];
  protected readonly flat: FlatParameters;
  readonly #id = instances++;
  readonly #where: string;
  readonly #settings: UpdateSettings;
  #device: Device | null = null;
  #report: Tensor | null = null;
  /** What the rule keeps, and the average: of each segment. */
  #slots: Record<string, readonly Tensor[]> = {};
  #average: readonly Tensor[] | null = null;
  readonly #accumulation: Accumulation;
  #updates = 0;
  #swapped = false;
  /** A state that was loaded before there was a device to bring it to. */
  #waiting: OptimizerState | null = null;
  #disposed = false;

  constructor(kind: OptimizerKind, parameters: ParameterList, options: OptimizerOptions) {
    const { where } = kind;
    const { lr, weightDecay = kind.weightDecay ?? 0, decay = kind.decay ?? "l2" } = options;
    const { clipNorm = 0, clipScope = "all", clipValue = 0, average } = options;
    expectAtLeast(where, { ...(typeof lr === "function" ? {} : { lr }), weightDecay, clipNorm, clipValue });
    expectOneOf(where, { decay }, ["l2", "decoupled"]);
    expectOneOf(where, { clipScope }, ["all", "group", "parameter"]);
    this.average = expectAverage(where, average);
    this.groups = groupsOf(where, parameters);
    this.#where = where;
    this.weightDecay = weightDecay;
    this.decay = decay;
    this.clipNorm = clipNorm;
    this.clipScope = clipScope;
    this.clipValue = clipValue;
    this.flat = new FlatParameters(
      where,
      this.groups.flatMap((group) => group.parameters),
    ); // last: it takes them
    this.#accumulation = new Accumulation(this.flat.segments);
    const { flat, groups } = this;
    const given = { lr, weightDecay, clipNorm, clipScope, clipValue };
    this.#settings = new UpdateSettings(where, { flat, groups, needsTable: kind.needsTable === true }, given);
  }

  /** All of them, group by group. */
  get parameters(): readonly Parameter[] {
    return this.flat.parameters;
  }

  /** Updates asked for so far. */
  get updates(): number {
    return this.#updates;
  }

  /** Losses accumulated since the last update. */
  get accumulated(): number {
    return this.#accumulation.now.count;
  }

  /** Whether the model computes with the average of its weights, see `swapAverage`. */
  get swapped(): boolean {
    return this.#swapped;
  }

  /** Learning rate of the next update, where a group has none of its own. Set it to a number or a schedule. */
  get lr(): number {
    return this.#settings.rate(this.#updates);
  }

  set lr(rate: number | Schedule) {
    this.#settings.lr = rate;
  }

  /**
   * Computes `loss`, its gradient, and the update of all parameters. Parameters that the loss does not depend on have
   * a gradient of zero. Where the loss or the gradient is not finite the parameters stay as they are; `report` tells.
   *
   * Where half precision took part, small gradients would vanish in it: the loss is scaled up before it is differentiated
   * and the gradient down before it is used. The scale begins at 2^16, is halved where the gradient is not finite, and
   * doubled after 2,000 updates in a row (PyTorch's `GradScaler`; Micikevicius et al. 2018). So it is usual for a few
   * updates at the start to be left out.
   * @returns when the work has been submitted; only `loss.item()` waits for the GPU
   * @throws ShapeError if the loss has more than one element
   * @throws DTypeError if the loss is not f32
   * @throws ValueError if `lr` is negative or not finite, the loss was computed already or depends on none of the
   * parameters, losses were accumulated and not yet used, or the weights are swapped for their average
   * @throws DeviceMismatchError if the loss and the parameters are on different devices
   * @throws DeviceLimitError if the loss was made in half precision and the device has no shader-f16
   * @throws DisposedError after `dispose`
   */
  minimize(loss: Tensor, options: MinimizeOptions = {}): Promise<void> {
    this.#expectReady("minimize", loss, false);
    const { evaluate = [] } = expectKnown(`${this.#where}.minimize`, options, ["evaluate"]);
    return this.#count(this.#minimizing(loss, evaluate));
  }

  /** What `minimize(loss)` would do: each dispatch, which kernel, why, its flops and bytes. Nothing runs. */
  explain(loss: Tensor): Promise<Explanation> {
    this.#expectReady("explain", loss, false);
    const { request, forward } = this.#minimizing(loss, []);
    return explainRequest(request, forward);
  }

  /**
   * Computes `loss` and adds its gradient to those accumulated since the last update, for `step` to use: what several
   * batches of one size add up to is the gradient of one batch of all their rows, up to rounding.
   * @returns when the work has been submitted
   * @throws what `minimize` throws, and ValueError if `weight` is not more than 0
   */
  accumulate(loss: Tensor, options: AccumulateOptions = {}): Promise<void> {
    this.#expectReady("accumulate", loss, true);
    const { weight = 1, evaluate = [] } = expectKnown(`${this.#where}.accumulate`, options, ["weight", "evaluate"]);
    expectWeight(`${this.#where}.accumulate`, weight);
    const roots = rootsOf(`${this.#where}.accumulate`, loss, evaluate);
    const walk = trace(roots, { forGradients: true });
    this.#prepare("accumulate", walk);
    const share = scalar(weight);
    const expand = (): Expansion => ({
      placed: this.#gradients(loss, walk.hasHalves),
      effects: this.#accumulation.add(loss, share),
    });
    const request = { roots, prefix: `accumulate ${this.#id}|`, scalars: [share], expand };
    const done = submit(request, traceRequest(request, walk));
    return orElse(done, this.#accumulation.count(loss, weight, walk.hasHalves));
  }

  /**
   * Updates all parameters with the mean of the accumulated gradients, each counting as its weight says.
   * @returns when the work has been submitted
   * @throws ValueError if nothing was accumulated, and as `minimize` does; what an `accumulate` before it failed with, and
   * then the others are left to the next call
   */
  step(): Promise<void> {
    this.#expectReady("step", null, true);
    const { count, weight, scaled } = this.#accumulation.now;
    expectAccumulated(`${this.#where}.step`, count);
    if (!this.#device) this.#prepare("step", trace(this.parameters)); // what was accumulated comes from a checkpoint
    const share = scalar(weight);
    const expand = (scalars: Record<string, Scalar>): Expansion => {
      const { calls, loss } = this.#accumulation.finish(share);
      return { effects: [...calls, ...this.#update(loss, scaled, scalars)], placed: new Map() };
    };
    const after = this.#accumulation.losses.filter(({ failure }) => !failure); // of one that failed all were told
    const asked = { roots: [], prefix: `step ${scaled} `, walk: trace([]), expand, beside: [share], after };
    return orElse(this.#count(this.#updating(asked)), this.#accumulation.clear());
  }

  /**
   * Exchanges the weights with their average, so that the model computes with the other; again to go on training.
   * @throws ValueError without the option `average`, or before the first update
   */
  swapAverage(): Promise<void> {
    if (this.#disposed) throw this.#disposedError();
    expectAverageKept(`${this.#where}.swapAverage`, this.average, this.#updates);
    if (!this.#device) this.#prepare("swapAverage", trace(this.parameters)); // it comes from a checkpoint
    const { flat } = this;
    const done = submit({
      roots: [],
      prefix: `swap ${this.#id}|`,
      expand: () => ({ effects: swapCalls(flat.segments, this.#average ?? []), placed: new Map() }),
      changes: flat.changing,
      device: this.#device as Device,
    });
    const swap = (): void => {
      this.#swapped = !this.#swapped;
    };
    swap();
    return orElse(done, swap);
  }

  /** How the last update went: the norm of its gradient before clipping, how many were left out, the scale of the loss. Waits for the GPU. */
  async report(): Promise<UpdateReport & { firstBadParameter: Parameter | undefined }> {
    const words = this.#waiting?.report ?? (this.#report ? Uint32Array.from(await this.#report.data()) : undefined);
    const report = readReport(words && words.length > 0 ? words : reportWords());
    return { ...report, firstBadParameter: report.firstBad === undefined ? undefined : this.flat.at(report.firstBad) };
  }

  /** All that it remembers, on the host. Waits for the GPU. */
  async state(): Promise<OptimizerState> {
    if (this.#waiting) return this.#waiting;
    const kept = { ...this.#slots, ...this.#extra() };
    return {
      kind: this.#where,
      updates: this.#updates,
      accumulated: this.#accumulation.now,
      swapped: this.#swapped,
      schedules: this.#settings.schedules().map((schedule) => schedule?.state ?? null),
      ...(await readState(this.#facts(null), kept, this.#report)), // last: the others are those of now
    };
  }

  /**
   * Makes it remember what `state` told of another of its kind over parameters of the same shapes.
   * @throws OptimizerStateError naming what differs; then nothing was changed
   */
  loadState(state: OptimizerState): void {
    if (this.#disposed) throw this.#disposedError();
    writeState(this.#facts(state), null);
    this.#updates = state.updates;
    this.#accumulation.now = { ...state.accumulated };
    this.#swapped = state.swapped;
    for (const [index, schedule] of this.#settings.schedules().entries()) {
      const saved = state.schedules[index];
      if (schedule && saved) schedule.state = saved;
    }
    this.#waiting = state;
    if (this.#device) this.#bring(this.#device);
  }

  /** Frees gradients and state; the parameters stay. */
  dispose(): void {
    if (this.#disposed) return; // another may have the parameters by now
    this.#disposed = true;
    this.flat.dispose();
    this.#report?.dispose();
    for (const state of [...Object.values(this.#slots), ...Object.values(this.#extra())].flat()) state.dispose();
  }

  /** What the rule keeps from step to step, by name. */
  protected abstract slots(): Readonly<Record<string, Slot>>;
  /** The rule's own numbers of update t, from 1 on. */
  protected abstract numbers(t: number): Readonly<Record<string, number>>;
  /** The kernel calls of an update of one segment; the last of them changes the parameters. */
  protected abstract update(call: UpdateCall): readonly KernelNode[];

  /** What becomes of a learning rate at update t. */
  protected rate(lr: number, _t: number): number {
    return lr;
  }

  /** Tables beside the settings that the rule's calls read. */
  protected tables(): readonly Tensor[] {
    return [];
  }

  #facts(state: OptimizerState | null): StateFacts {
    const slots = { ...this.slots(), ...(this.average ? { average: {} } : {}) };
    return { where: this.#where, slots, flat: this.flat, schedules: this.#settings.schedules(), state };
  }

  #extra(): Kept {
    return { ...(this.#average ? { average: this.#average } : {}), ...this.#accumulation.tensors };
  }

  #minimizing(loss: Tensor, evaluate: readonly Tensor[]): Asked {
    const roots = rootsOf(`${this.#where}.minimize`, loss, evaluate);
    const walk = trace(roots, { forGradients: true });
    this.#prepare("minimize", walk);
    const expand = (scalars: Record<string, Scalar>): Expansion => ({
      placed: this.#gradients(loss, walk.hasHalves),
      effects: this.#update(loss, walk.hasHalves, scalars),
    });
    return this.#updating({ roots, prefix: "minimize ", walk, expand });
  }

  #updating({ roots, prefix, walk, expand, beside = [], after = [] }: Updating): Asked {
    const t = this.#updates + 1;
    const named = this.#settings.numbers(t, (lr, at) => this.rate(lr, at));
    if (this.average) named.share = scalar(averageShare(this.average, t));
    for (const [name, value] of Object.entries(this.numbers(t))) named[name] = scalar(value);
    const request = {
      roots,
      prefix: `${prefix}${this.#id}|`,
      scalars: [...beside, ...Object.values(named)],
      tables: [...this.#settings.tensors(), ...this.tables()],
      expand: () => expand(named),
      changes: this.flat.changing,
      device: this.#device as Device,
      after,
    };
    return { request, forward: traceRequest(request, walk) };
  }

  #count({ request, forward }: Asked): Promise<void> {
    const done = submit(request, forward);
    this.#updates++;
    return orElse(done, () => this.#updates--);
  }

  #expectReady(method: string, loss: Tensor | null, accumulating: boolean): void {
    if (this.#disposed) throw this.#disposedError();
    const facts = {
      where: `${this.#where}.${method}`,
      swapped: this.#swapped,
      waiting: accumulating ? 0 : this.accumulated,
    };
    expectReady(facts, loss);
  }

  #disposedError(): DisposedError {
    return new DisposedError({ where: this.#where, what: "the optimizer", received: "disposed of" });
  }

  #prepare(method: string, forward: Trace): void {
    const device = this.#device ?? deviceOf(forward);
    expectFeatures(device, forward);
    const where = `${this.#where}.${method}`;
    for (const { tensor } of forward.leaves) expectOnDevice(where, device, tensor);
    for (const parameter of this.parameters) expectOnDevice(where, device, parameter); // before any moves
    if (!this.#device) {
      this.flat.prepare(device);
      this.#report ??= zerosOn(device, REPORT_WORDS, "update report", "u32");
      const { segments } = this.flat;
      for (const [name, { words }] of Object.entries(this.slots())) {
        this.#slots[name] ??= zerosOnEach(device, segments, name, words);
      }
      if (this.average) this.#average ??= zerosOnEach(device, segments, "average");
      this.#bring(device);
      this.#device = device; // last: where memory ran out, the next call tries again
    }
    if (method === "accumulate") this.#accumulation.prepare(device);
  }

  /** First values of the slots, or those of a state that waits. */
  #bring(device: Device): void {
    const state = this.#waiting;
    if (state && state.accumulated.count > 0) this.#accumulation.prepare(device);
    const kept = { ...this.#slots, ...this.#extra() };
    writeState(this.#facts(state), { device, kept, report: this.#report as Tensor });
    this.#waiting = null;
  }

  /** Gradients, each to be computed to its place in the common buffers. */
  #gradients(loss: Tensor, scaled: boolean): Expansion["placed"] {
    const report = this.#report as Tensor;
    const seed = scaled ? run(lossScale, { report }, { dims: {}, shapes: { scale: loss.shape } }).scale : undefined;
    const neededBy = `${this.#where}.minimize`;
    return this.flat.placements(grad(loss, this.parameters, seed ? { seed, neededBy } : { neededBy }));
  }

  #update(loss: Tensor, scaled: boolean, scalars: Record<string, Scalar>): KernelNode[] {
    return updateCalls({
      segments: this.flat.segments,
      loss,
      report: this.#report as Tensor,
      settings: this.#settings,
      slots: this.#slots,
      average: this.#average ?? [],
      scaled,
      decoupled: this.decay === "decoupled",
      scalars,
      rule: (call) => this.update(call),
    });
  }
}
