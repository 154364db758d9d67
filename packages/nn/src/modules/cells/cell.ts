import { linear } from "../../ops/linear";
import type { Parameter } from "../../tensor/parameter";
import { type Shape, sizeOf } from "../../tensor/shape";
import type { Tensor } from "../../tensor/tensor";
import { Module } from "../module";
import { shapeOf } from "../shape-of";

/** What a cell carries from step to step, by name: each [B, …]. */
export type CellState = { readonly [name: string]: Tensor };

/** What a step reads of its input: a tensor, or several by name. */
export type StepInput = Tensor | { readonly [name: string]: Tensor };

/** What a step gives. */
export interface StepResult<S extends CellState> {
  readonly output: Tensor;
  readonly state: S;
}

/** Sizes of a cell: a number of features, or the extents of one row of one step. */
export interface CellSizes<S extends CellState> {
  readonly inputSize: number | Shape;
  readonly outputSize: number | Shape;
  readonly states: { readonly [N in keyof S]: number | Shape };
  /** States that hold hidden units, which recurrent dropout and zoneout act on; all of them by default. */
  readonly units?: readonly (keyof S & string)[];
  /** Axis of an output, without those of rows and steps, along which two directions are put side by side; the last by default. */
  readonly channelAxis?: number;
}

/**
 * The equations of one step of a recurrent network, written in tensor operations; `Recurrent` runs them over sequences.
 * A cell says its sizes to the constructor and implements `step`. What does not depend on the state belongs into
 * `prepare`, and what the state does not depend on into `finish`: both see all steps at once, as one product.
 *
 * `step` is a function of its arguments and of the cell's parameters: it keeps nothing on the cell.
 */
export abstract class Cell<S extends CellState = CellState, X extends StepInput = Tensor> extends Module {
  readonly inputShape: Shape;
  readonly outputShape: Shape;
  readonly stateShapes: { readonly [name: string]: Shape };
  readonly units: readonly string[];
  readonly channelAxis: number;

  /** @throws ValueError if a size is not a positive whole number */
  constructor({ inputSize, outputSize, states, units, channelAxis }: CellSizes<S>) {
    super();
    const where = new.target.name;
    this.inputShape = shapeOf(where, { inputSize });
    this.outputShape = shapeOf(where, { outputSize });
    this.stateShapes = Object.fromEntries(
      Object.entries(states).map(([name, size]) => [name, shapeOf(where, { [`states.${name}`]: size })]),
    );
    this.units = units ?? Object.keys(states);
    this.channelAxis = channelAxis ?? this.outputShape.length - 1;
  }

  /** Features of one step of its input. */
  get inputSize(): number {
    return sizeOf(this.inputShape);
  }

  /** Features of one step of its output. */
  get outputSize(): number {
    return sizeOf(this.outputShape);
  }

  /**
   * What can be made of the input for all steps at once.
   * @param x [B, T, …inputShape]
   * @returns tensors [B, T, …], of each of which a step gets [B, …]; x itself where this method is absent
   */
  prepare?(x: Tensor): X;

  /**
   * One step.
   * @param x what `prepare` made for this step, [B, …]
   * @param state the state before it
   * @param seen the state as recurrent weights are to see it: with recurrent dropout, units that are zero at all steps
   */
  abstract step(x: X, state: S, seen: S): StepResult<S>;

  /**
   * What can be made of the outputs of all steps at once; they are what they are where this method is absent.
   * @param y outputs of `step`, [B, T, …]
   * @returns [B, T, …outputShape]
   */
  finish?(y: Tensor): Tensor;

  /** W·x + b over the last axis, in the precision that this cell computes with. */
  protected product(x: Tensor, weight: Parameter, bias?: Parameter): Tensor {
    return linear(this.inPrecision(x), this.inPrecision(weight), this.inPrecision(bias));
  }
}
