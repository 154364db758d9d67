import { ShapeError, UnsupportedError } from "@unroll/kernels";
import { add } from "../ops/arithmetic";
import { concat } from "../ops/concat";
import { dropout } from "../ops/dropout";
import { embedding } from "../ops/embedding";
import { linearOfSteps } from "../ops/linear";
import { expectOneOf, expectProbability } from "../ops/options";
import { transpose } from "../ops/permute";
import { type Lengths, lengthsOf } from "../ops/recurrent/scan";
import type { Stack } from "../ops/recurrent/wavefront";
import { reshape } from "../ops/reshape";
import { slice } from "../ops/slice";
import { unstack } from "../ops/split";
import { type Generator, sharedGenerator } from "../random/generator";
import { FLOATS, isFloat } from "../tensor/dtype";
import { refuseValue } from "../tensor/kind";
import { expectKnown } from "../tensor/known-options";
import { type Parameter, parameter } from "../tensor/parameter";
import { expectDType, expectShape, formatShape } from "../tensor/shape";
import type { Tensor } from "../tensor/tensor";
import { dropFeatures } from "./drop-features";
import { constant, glorotUniform, type Initial, orthogonal, uniform } from "./init";
import type { LayerParts } from "./layer-step";
import { lengthsTensor } from "./lengths";
import { MERGES, type Merge, mergeDirections } from "./merge";
import { Module } from "./module";
import { expectExtent, expectInit, type Init } from "./options";
import { DIRECTIONS, type SequenceDirection, STACK_OPTIONS, type StackOptions } from "./stack-options";

export interface RecurrentOptions extends StackOptions {
  /** Not here: between the steps of a fused layer nothing can be dropped. `Recurrent` of the cell takes it. */
  recurrentDropout?: number;
  /** true by default. */
  bias?: boolean;
  /**
   * `torch`: all from U(−1/√H, 1/√H). `keras`: Glorot uniform for W, orthogonal for R, zeros for biases.
   * An LSTM's forget gates start at `forgetBias` either way.
   */
  init?: Init;
}

/** Names of the options of all recurrent layers; each has some of its own. */
export const RECURRENT_OPTIONS = [...STACK_OPTIONS, "bias", "init"];

/** What a call of a recurrent layer takes beside its input. */
export interface SequenceOptions<State> {
  /** State to start from; zeros when absent. */
  state?: State | undefined;
  /** True lengths in steps, one for each row; past its length a row outputs zeros and keeps its state. */
  lengths?: ArrayLike<number> | Tensor | undefined;
  /** Lets rows have length 0: they output zeros and keep the state that they start from. False by default. */
  allowEmpty?: boolean;
}

export const FORWARD_OPTIONS = ["state", "lengths", "allowEmpty"];

/** Sizes of one layer's call. */
export interface LayerDims {
  readonly D: number;
  readonly B: number;
  readonly T: number;
  readonly H: number;
}

/**
 * Weights of stacked recurrent layers, and the walk of a batch through them. In layer k, W [D·G·H, I_k] multiplies
 * the input, R [D, G·H, H] the state; rows go direction by direction, unit by unit, gate by gate.
 */
export abstract class RecurrentModule extends Module {
  readonly inputSize: number; //  I
  readonly hiddenSize: number; // H
  readonly stateSize: number; //  P, features of a state: H but for a projected LSTM
  readonly layers: number;
  readonly direction: SequenceDirection;
  readonly merge: Merge;
  readonly dropout: number;
  readonly inputDropout: number;
  readonly residual: boolean;
  /** W per layer [D·G·H, I_k]. Row u·G + g is gate g of unit u, not one block for each gate: see `fromBlocks`. */
  readonly weightIh: readonly Parameter[];
  /** R per layer [D, G·H, P], of the same rows. */
  readonly weightHh: readonly Parameter[];
  /** b per layer [D·G·H], of the same rows; none without bias. */
  readonly bias: readonly Parameter[];
  /** Where its weights came from, and its dropout comes from. */
  readonly rng: Generator;
  readonly #where: string;

  /**
   * @param own names of the options that other layers have not
   * @param stateSize features P of a state and an output, where they are not the H units themselves
   */
  constructor(
    { where, gates, own }: { where: string; gates: number; own: readonly string[] },
    inputSize: number,
    hiddenSize: number,
    options: RecurrentOptions,
    stateSize = hiddenSize,
  ) {
    super();
    expectKnown(where, options, [...RECURRENT_OPTIONS, ...own]);
    const { rng = sharedGenerator(), layers = 1, direction = "forward", bias = true } = options;
    const init = expectInit(where, options.init ?? "torch");
    this.#where = where;
    this.rng = rng;
    this.inputSize = expectExtent(where, { inputSize });
    this.hiddenSize = expectExtent(where, { hiddenSize });
    this.stateSize = stateSize;
    this.layers = expectExtent(where, { layers });
    this.merge = expectOneOf(where, { merge: options.merge ?? "concat" }, MERGES);
    this.dropout = expectProbability(where, { dropout: options.dropout ?? 0 });
    this.inputDropout = expectProbability(where, { inputDropout: options.inputDropout ?? 0 });
    this.residual = options.residual ?? false;
    refuseRecurrentDropout(where, options.recurrentDropout ?? 0);
    this.direction = expectOneOf(where, { direction }, DIRECTIONS);
    const D = this.directions;
    const GH = gates * hiddenSize;
    const inputs = Array.from({ length: layers }, (_, layer) => (layer === 0 ? inputSize : this.outputSize));
    this.weightIh = inputs.map((I) => parameter(inputWeights([D * GH, I], D, hiddenSize, init, rng)));
    this.weightHh = inputs.map(() => parameter(recurrentWeights([D, GH, stateSize], hiddenSize, init, rng)));
    this.bias = bias ? inputs.map(() => parameter(biases([D * GH], hiddenSize, init, rng))) : [];
  }

  /** 1, or 2 where it reads both ways. */
  get directions(): 1 | 2 {
    return this.direction === "bidirectional" ? 2 : 1;
  }

  /** Features of each output: those of a state, or twice as many where it reads both ways and puts the outputs side by side. */
  get outputSize(): number {
    return this.merge === "concat" ? this.directions * this.stateSize : this.stateSize;
  }

  /** Kernel option: whether direction 0 runs backwards. */
  protected get reverse(): boolean {
    return this.direction === "reverse";
  }

  /** @throws UnsupportedError where a layer has what steps have not */
  protected expectStepwise(refused: Readonly<Record<string, boolean>>): void {
    const all = {
      [`direction ${this.direction}`]: this.direction !== "forward",
      "inputDropout in training": this.training && this.inputDropout > 0,
      ...refused,
    };
    const [what] = Object.entries(all).find(([, isThere]) => isThere) ?? [];
    if (what === undefined) return;
    throw new UnsupportedError({
      where: `${this.#where}.steps`,
      what: `a layer with ${what} cannot be run a step at a time`,
      remedy: "Leave it out, or run a cell of tensor operations with Recurrent.",
    });
  }

  /**
   * Checks a batch and brings lengths and states into the form that the layers take.
   * @param states by name, those that are started from; absent where it starts from zeros
   * @param widths features of the states that have another number than `stateSize`
   */
  protected begin(
    x: Tensor,
    states: Readonly<Record<string, Tensor | undefined>> | undefined,
    options: SequenceOptions<unknown>,
    widths: Readonly<Record<string, number>> = {},
  ): { dims: LayerDims; lengths: Lengths } {
    const where = `${this.#where}.forward`;
    expectKnown(where, options, FORWARD_OPTIONS);
    const { lengths, allowEmpty = false } = options;
    expectDType(where, { x }, ...FLOATS, "u32", "i32");
    const { B, T } = this.#expectInput(where, x);
    if (B === 0 || T === 0) {
      throw new ShapeError({
        where,
        what: "x",
        expected: "of at least one row and one step",
        received: formatShape(x.shape),
        remedy: "Leave empty batches out before they reach the model.",
      });
    }
    const dims = { D: this.directions, B, T, H: this.hiddenSize };
    for (const [what, state] of Object.entries(states ?? {}) as [string, Tensor][]) {
      expectDType(where, { [what]: state }, ...FLOATS); // JavaScript passes any object, or half of one
      const remedy =
        this.stateSize === this.hiddenSize
          ? "A state is [layers · directions, B, H]."
          : "States are [layers · directions, B, …]: h as wide as the projection makes it, c of H units.";
      expectShape(where, { [what]: state }, [this.layers * dims.D, B, widths[what] ?? this.stateSize], remedy);
    }
    return { dims, lengths: lengthsOf(dims, lengthsTensor(where, lengths, dims, allowEmpty)) };
  }

  /** Weights of one layer, as its steps read them. @throws ValueError if there is no such layer */
  protected layerParts(layer: number): LayerParts {
    const weightIh = this.weightIh[layer];
    const weightHh = this.weightHh[layer];
    if (!weightIh || !weightHh) {
      const expected = `a layer from 0 to ${this.layers - 1}`;
      refuseValue(`${this.#where}.steps`, { layer }, expected);
    }
    return {
      weightIh: this.inPrecision(weightIh),
      bias: this.inPrecision(this.bias[layer]),
      weightHh: this.inPrecision(weightHh),
      recurrentBias: undefined,
    };
  }

  /** W·x + b of a layer for all steps at once. */
  protected inputProduct(layer: number, x: Tensor, { steps }: Lengths): Tensor {
    const weight = this.inPrecision(this.weightIh[layer] as Parameter);
    const bias = this.inPrecision(this.bias[layer]);
    if (!isFloat(x.dtype)) return classProduct(weight, bias, x);
    return linearOfSteps(this.inPrecision(this.#dropped(layer, x)), weight, bias, steps);
  }

  /** A layer's input, some of which is dropped while training: step by step between layers, and whole features. */
  #dropped(layer: number, x: Tensor): Tensor {
    if (!this.training) return x;
    const between = layer > 0 && this.dropout > 0 ? dropout(x, this.dropout, { rng: this.rng }) : x;
    return dropFeatures(between, this.inputDropout, this.rng);
  }

  /** A layer's output from what its scan gave [B, T, D·H] and its input. */
  protected outputOf(layer: number, y: Tensor, input: Tensor): Tensor {
    const isMerged = this.directions === 2 && this.merge !== "concat";
    const merged = isMerged
      ? mergeDirections(unstack(reshape(y, [...y.shape.slice(0, 2), 2, this.outputSize]), 2), this.merge)
      : y;
    return this.residual && layer > 0 ? add(merged, input) : merged;
  }

  /**
   * The layers as a wavefront takes them, with the first one's input product; none where there is something between
   * the layers, or where one of them needs all that the layer below gives before it can begin.
   */
  protected stack(gx: Tensor, { order }: Lengths): Pick<Stack, "gx" | "r" | "w" | "b" | "order"> | undefined {
    const hasDropout = this.training && (this.dropout > 0 || this.inputDropout > 0);
    if (this.layers === 1 || this.directions === 2 || hasDropout || this.residual) return undefined;
    return { gx, r: this.weightHh, w: this.weightIh.slice(1), b: this.bias.slice(1), order };
  }

  #expectInput(where: string, x: Tensor): { B: number; T: number } {
    const { inputSize: I } = this;
    if (!isFloat(x.dtype)) {
      if (this.training && this.inputDropout > 0) {
        throw new UnsupportedError({
          where,
          what: "classes have no features that inputDropout could drop",
          remedy: "Look them up with an Embedding first, and pass what it gives.",
        });
      }
      const remedy = "Whole numbers are classes, one for each step: [rows, steps]. Pass features as f32.";
      return expectShape(where, { x }, ["B", "T"], remedy) as { B: number; T: number };
    }
    const remedy =
      x.rank === 3
        ? `The last axis must equal inputSize: build the layer with new ${this.#where}(${x.shape.at(-1)}, …) or project x to ${I} features first.`
        : `Rows, steps and features are an axis each, and x has ${x.rank}: one feature a step is [rows, steps, 1], one row [1, steps, features].`;
    return expectShape(where, { x }, ["B", "T", I], remedy) as { B: number; T: number };
  }

  /** The part [D, B, P] of a state that belongs to a layer. */
  protected stateOf(layer: number, state: Tensor | undefined): Tensor | undefined {
    if (!state || this.layers === 1) return state;
    const D = this.directions;
    return slice(state, 0, layer * D, (layer + 1) * D);
  }

  /** States of all layers [L·D, B, P] from those of each [D, B, P]. */
  protected joinStates(states: readonly Tensor[]): Tensor {
    return concat(states, 0);
  }
}

/** W·x + b where each x is the one-hot vector of a class: a column of W, looked up rather than multiplied. */
function classProduct(weight: Tensor, bias: Tensor | undefined, classes: Tensor): Tensor {
  const columns = transpose(weight);
  return embedding(bias ? add(columns, bias) : columns, classes);
}

function refuseRecurrentDropout(where: string, p: number): void {
  if (p === 0) return;
  const cell = where === "RNN" ? "ElmanCell" : `${where}Cell`;
  throw new UnsupportedError({
    where,
    what: "recurrentDropout is not possible in a fused layer",
    remedy: `Run the cell with new Recurrent((inputSize) => new ${cell}(inputSize, …), { inputSize: …, recurrentDropout: ${p} }).`,
  });
}

function inputWeights(shape: [number, number], D: number, H: number, init: Init, rng: Generator): Initial {
  if (init === "torch") return uniform(shape, 1 / Math.sqrt(H), rng);
  return glorotUniform(shape, rng, [shape[0] / D, shape[1]]);
}

function recurrentWeights(shape: [number, number, number], H: number, init: Init, rng: Generator): Initial {
  const [D, GH, P] = shape;
  if (init === "torch") return uniform(shape, 1 / Math.sqrt(H), rng);
  const data = new Float32Array(D * GH * P);
  for (let d = 0; d < D; d++) data.set(orthogonal([GH, P], rng).data, d * GH * P);
  return { data, shape };
}

function biases(shape: [number], H: number, init: Init, rng: Generator): Initial {
  return init === "torch" ? uniform(shape, 1 / Math.sqrt(H), rng) : constant(shape, 0);
}
