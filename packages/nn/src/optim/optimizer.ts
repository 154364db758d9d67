import {
  type Device,
  DeviceMismatchError,
  DisposedError,
  gradientNorm,
  lossScale,
  REPORT_WORDS,
  readReport,
  reportWords,
  ShapeError,
  sumOfSquares,
  type UpdateReport,
  ValueError,
} from "@unroll/kernels";
import { grad } from "../autograd/grad";
import type { KernelNode } from "../graph/node";
import { effect, run } from "../graph/run";
import { deviceOf, expectFeatures, type Request, submit, traceRequest } from "../plan/executor";
import { type Explanation, explainRequest } from "../plan/explain";
import type { Expansion } from "../plan/plan";
import { type Trace, trace } from "../plan/trace";
import type { Parameter } from "../tensor/parameter";
import { type Scalar, scalar } from "../tensor/scalar";
import { expectDType, formatShape } from "../tensor/shape";
import type { Tensor } from "../tensor/tensor";
import { FlatParameters, zerosOn } from "./flat-parameters";

/** What every optimizer takes. */
export interface OptimizerOptions {
  /** Learning rate; it may be changed at any time through `optimizer.lr`. */
  lr: number;
  /** Scales the gradient of all parameters together so that its norm is at most this (Pascanu et al. 2013). */
  clipNorm?: number;
  /** Then holds each element of it within ± this. */
  clipValue?: number;
}

export interface MinimizeOptions {
  /** Further tensors to compute in the same submission, from the parameters as they were before the update. */
  evaluate?: readonly Tensor[];
}

let instances = 0;

/** Changes parameters against the gradient of a loss: forward, backward and update are one submission. */
export abstract class Optimizer {
  /** Learning rate of the next update. */
  lr: number;
  readonly clipNorm: number;
  readonly clipValue: number;
  protected readonly flat: FlatParameters;
  readonly #id = instances++;
  readonly #where: string;
  #device: Device | null = null;
  #report: Tensor | null = null;
  #updates = 0;
  #disposed = false;

  constructor(where: string, parameters: readonly Parameter[], { lr, clipNorm = 0, clipValue = 0 }: OptimizerOptions) {
    expectAtLeastZero(where, { lr, clipNorm, clipValue });
    this.#where = where;
    this.lr = lr;
    this.clipNorm = clipNorm;
    this.clipValue = clipValue;
    this.flat = new FlatParameters(where, parameters);
  }

  get parameters(): readonly Parameter[] {
    return this.flat.parameters;
  }

  /** Updates asked for so far. */
  get updates(): number {
    return this.#updates;
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
   * @throws ValueError if `lr` is negative or not finite, or the loss was computed already
   * @throws DeviceMismatchError if the loss and the parameters are on different devices
   * @throws DeviceLimitError if the loss was made in half precision and the device has no shader-f16
   * @throws DisposedError after `dispose`
   */
  minimize(loss: Tensor, { evaluate = [] }: MinimizeOptions = {}): Promise<void> {
    expectDType(`${this.#where}.minimize`, { loss }, "f32");
    if (loss.size !== 1) {
      throw new ShapeError({
        where: `${this.#where}.minimize`,
        what: "the loss",
        expected: "of one element",
        received: formatShape(loss.shape),
        remedy: "Reduce it with sum or mean first.",
      });
    }
    const { request, forward } = this.#request(loss, evaluate, this.#updates + 1);
    const done = submit(request, forward);
    this.#updates++;
    return done.catch((error: unknown) => {
      this.#updates--; // one that did not happen is no update, as when the line above throws
      throw error;
    });
  }

  /** What `minimize(loss)` would do: each dispatch, which kernel, why, its flops and bytes. Nothing runs. */
  explain(loss: Tensor): Promise<Explanation> {
    const { request, forward } = this.#request(loss, [], this.#updates + 1);
    return explainRequest(request, forward);
  }

  /** What an update asks of the executor, and the walk of it: one serves for all that has to be known of the graph. */
  #request(loss: Tensor, evaluate: readonly Tensor[], update: number): { request: Request; forward: Trace } {
    if (this.#disposed) {
      throw new DisposedError({ where: this.#where, what: "the optimizer", received: "disposed of" });
    }
    expectAtLeastZero(this.#where, { lr: this.lr });
    const roots = [...new Set([loss, ...evaluate])].filter(
      ({ storage, node }) => !storage && node.kind !== "host" && node.kind !== "device",
    );
    if (!roots.includes(loss)) {
      throw new ValueError({
        where: `${this.#where}.minimize`,
        what: "the loss",
        expected: "not computed yet",
        received: "evaluated already",
        remedy: "Call minimize before asking for the loss: it computes it too.",
      });
    }
    const walk = trace(roots, { forGradients: true });
    this.#prepare(walk);
    const scalars = { ...this.scalars(update), clipNorm: scalar(this.clipNorm), clipValue: scalar(this.clipValue) };
    const request = {
      roots,
      prefix: `minimize ${this.#id}|`,
      scalars: Object.values(scalars),
      expand: () => this.#expand(loss, walk.hasHalves, scalars),
      changes: [...this.parameters, this.flat.values],
    };
    return { request, forward: traceRequest(request, walk) };
  }

  /** How the last update went: the norm of its gradient before clipping, how many were left out, the scale of the loss. Waits for the GPU. */
  async report(): Promise<UpdateReport & { firstBadParameter: Parameter | undefined }> {
    const report = readReport(this.#report ? Uint32Array.from(await this.#report.data()) : reportWords());
    return { ...report, firstBadParameter: report.firstBad === undefined ? undefined : this.flat.at(report.firstBad) };
  }

  /** Frees gradients and state; the parameters stay. */
  dispose(): void {
    this.#disposed = true;
    this.flat.dispose();
    this.#report?.dispose();
    for (const state of Object.values(this.state())) state.dispose();
  }

  /** Makes what the rule keeps from step to step: flat tensors of `size` words. */
  protected abstract prepareState(zeros: (name: string) => Tensor): void;
  /** What the rule keeps from step to step, by name. */
  protected abstract state(): Readonly<Record<string, Tensor>>;
  /** The numbers of update t, from 1 on. */
  protected abstract scalars(t: number): Readonly<Record<string, Scalar>>;
  /** The update's kernel call; it reads `gradients` and changes the rest in place. */
  protected abstract update(
    tensors: { parameters: Tensor; gradients: Tensor; report: Tensor },
    scalars: Readonly<Record<string, Scalar>>,
  ): KernelNode;

  #prepare(forward: Trace): void {
    const device = this.#device ?? deviceOf(forward);
    expectFeatures(device, forward);
    for (const { tensor } of forward.leaves) this.#expectOn(device, tensor);
    for (const parameter of this.parameters) this.#expectOn(device, parameter);
    if (this.#device) return;
    this.flat.prepare(device);
    this.#report ??= zerosOn(device, REPORT_WORDS, "update report", "u32");
    this.prepareState((name) => zerosOn(device, this.flat.size, name));
    this.#device = device; // last: where memory ran out, the next call tries again
  }

  /** Nothing is moved before all is known to be on one device. */
  #expectOn(device: Device, tensor: Tensor): void {
    if (!tensor.storage || tensor.storage.device === device) return;
    throw new DeviceMismatchError({
      where: `${this.#where}.minimize`,
      what: tensor.name ?? String(tensor),
      expected: "on the same device as the rest of the loss and its parameters",
      received: "on another",
      remedy: "Read its values with data() and make it again on this device.",
    });
  }

  /** Gradients into their common buffer, its norm, and the update: the last three dispatches. */
  #expand(loss: Tensor, scaled: boolean, scalars: Readonly<Record<string, Scalar>>): Expansion {
    const report = this.#report as Tensor;
    const seed = scaled ? run(lossScale, { report }, { dims: {}, shapes: { scale: loss.shape } }).scale : undefined;
    const placed = this.flat.placements(grad(loss, this.parameters, seed ? { seed } : {}));
    const { values: parameters, gradients } = this.flat;
    const partial = effect(sumOfSquares, { gradients }, { dims: { n: this.flat.size } });
    const { sums, firstBad } = partial.outputs;
    const norm = effect(gradientNorm, { sums, firstBad, report, loss }, { dims: {}, options: { scaled } });
    const update = this.update({ parameters, gradients, report }, scalars);
    return { effects: [partial, norm, update], placed };
  }
}

/** @throws ValueError unless each number is finite and at least 0 */
export function expectAtLeastZero(where: string, named: Readonly<Record<string, number>>): void {
  for (const [what, value] of Object.entries(named)) {
    if (value >= 0 && Number.isFinite(value)) continue;
    throw new ValueError({ where, what, expected: "a finite number, at least 0", received: String(value) });
  }
}
