import { ShapeError, ValueError } from "@unroll/kernels";
import { alongRows } from "../graph/loop";
import { add, ones, where, zeros } from "../ops/arithmetic";
import { dropout } from "../ops/dropout";
import { expectOneOf, expectProbability } from "../ops/options";
import { reshape } from "../ops/reshape";
import { unstack } from "../ops/split";
import { stack } from "../ops/stack";
import { type Generator, sharedGenerator } from "../random/generator";
import { FLOATS } from "../tensor/dtype";
import { expectKnown } from "../tensor/known-options";
import { expectDType, expectShape, formatShape, type Shape, sameShape } from "../tensor/shape";
import { Tensor } from "../tensor/tensor";
import type { Cell, CellState, StepInput } from "./cells/cell";
import { dropFeatures } from "./drop-features";
import { lengthsTensor } from "./lengths";
import { MERGES, type Merge, mergeDirections } from "./merge";
import { Module } from "./module";
import { expectExtent } from "./options";
import { FORWARD_OPTIONS, type SequenceOptions } from "./recurrent";
import { shapeOf } from "./shape-of";
import { DIRECTIONS, type SequenceDirection, STACK_OPTIONS, type StackOptions } from "./stack-options";
import { activeSteps, unroll } from "./unroll";

export interface RecurrentCellOptions extends StackOptions {
  /** Features of the first layer's input, or the extents of one row of one step: needed where cells are made here. */
  inputSize?: number | Shape;
  /** Probability that recurrent weights do not see a unit while training: at all steps of a row (Gal & Ghahramani 2016). */
  recurrentDropout?: number;
}

/** Makes the cell of a layer from the size of its input. */
export type MakeCell<S extends CellState> = (inputSize: number, inputShape: Shape) => Cell<S, StepInput>;

/**
 * Any cell over batches of sequences: what `RNN`, `LSTM` and `GRU` are for their cells, for cells written in tensor
 * operations. B rows, T steps; every state is [L·D, B, …] for L layers and D directions.
 *
 * Each step is operations of its own in the plan, so a fused layer is faster where there is one.
 */
export class Recurrent<S extends CellState> extends Module {
  /** Layer by layer, direction by direction. */
  readonly cells: readonly Cell<S, StepInput>[];
  readonly layers: number;
  readonly direction: SequenceDirection;
  readonly merge: Merge;
  readonly dropout: number;
  readonly inputDropout: number;
  readonly recurrentDropout: number;
  readonly residual: boolean;
  readonly rng: Generator; // of dropout

  /**
   * @param cell the one cell of a layer that reads one way, or what makes the cells of all layers and directions
   * @throws ValueError if an option is out of range, or one cell is given where several are needed
   * @throws ShapeError if a cell does not read what the layer below gives, or has states of another shape
   */
  constructor(cell: Cell<S, StepInput> | MakeCell<S>, options: RecurrentCellOptions = {}) {
    super();
    expectKnown("Recurrent", options, [...STACK_OPTIONS, "inputSize"]);
    const { rng = sharedGenerator(), layers = 1, direction = "forward", merge = "concat", residual = false } = options;
    this.layers = expectExtent("Recurrent", { layers });
    this.direction = expectOneOf("Recurrent", { direction }, DIRECTIONS);
    this.merge = expectOneOf("Recurrent", { merge }, MERGES);
    this.dropout = expectProbability("Recurrent", { dropout: options.dropout ?? 0 });
    this.inputDropout = expectProbability("Recurrent", { inputDropout: options.inputDropout ?? 0 });
    this.recurrentDropout = expectProbability("Recurrent", { recurrentDropout: options.recurrentDropout ?? 0 });
    this.residual = residual;
    this.rng = rng;
    this.cells = typeof cell === "function" ? this.#makeCells(cell, options.inputSize) : this.#onlyCell(cell);
  }

  /** 1, or 2 where it reads both ways. */
  get directions(): 1 | 2 {
    return this.direction === "bidirectional" ? 2 : 1;
  }

  /** Extents of one row of one step of its input. */
  get inputShape(): Shape {
    return (this.cells[0] as Cell<S, StepInput>).inputShape;
  }

  /** Extents of one row of one step of its output. */
  get outputShape(): Shape {
    return this.#mergedShape(this.cells.at(-1) as Cell<S, StepInput>);
  }

  /** Features of one step of its output. */
  get outputSize(): number {
    return this.outputShape.reduce((a, b) => a * b, 1);
  }

  /**
   * @param x [B, T, …inputShape]
   * @param options.state of each name [L·D, B, …]: layers L, directions D; zeros when absent
   * @param options.lengths [B] true lengths in steps; past its length a row outputs zeros and keeps its state
   * @returns output [B, T, …outputShape] of the last layer and the final state
   * @throws ShapeError if x or a state has another shape, or x is empty
   * @throws ValueError if a length is not a whole number from 1 to T, or the state lacks one that the cells declare
   */
  forward(x: Tensor, options: SequenceOptions<S> = {}): { output: Tensor; state: S } {
    expectKnown("Recurrent.forward", options, FORWARD_OPTIONS);
    const { B, T } = this.#expectInput(x);
    const D = this.directions;
    const lengths = lengthsTensor("Recurrent.forward", options.lengths, { B, T }, options.allowEmpty ?? false);
    const active = lengths && activeSteps(lengths, T);
    const starts = this.#starts(options.state, B);
    const finals: S[] = [];
    let output = active ? where(alongRows(active, x), x, 0) : x; // no weight has a gradient from padding, whatever it holds
    for (let layer = 0; layer < this.layers; layer++) {
      const input = this.#dropped(output, layer);
      const outputs: Tensor[] = [];
      for (let d = 0; d < D; d++) {
        const cell = this.cells[layer * D + d] as Cell<S, StepInput>;
        const result = unroll(cell, {
          x: input,
          state: starts[layer * D + d] as S,
          reverse: this.direction === "reverse" || d === 1,
          active,
          masks: this.#masks(cell, B),
        });
        outputs.push(result.output);
        finals.push(result.state);
      }
      const { channelAxis } = this.cells[layer * D] as Cell<S, StepInput>;
      const merged = mergeDirections(outputs, this.merge, 2 + channelAxis);
      output = this.residual && layer > 0 ? add(merged, output) : merged;
    }
    return { output, state: this.#joined(finals) };
  }

  /** A layer's input, some of which is dropped while training: step by step between layers, and whole features. */
  #dropped(x: Tensor, layer: number): Tensor {
    if (!this.training) return x;
    const between = layer > 0 && this.dropout > 0 ? dropout(x, this.dropout, { rng: this.rng }) : x;
    return dropFeatures(between, this.inputDropout, this.rng);
  }

  /** Which units the recurrent weights of a cell see, by state. */
  #masks({ units, stateShapes }: Cell<S, StepInput>, B: number): Record<string, Tensor> {
    if (!this.training || this.recurrentDropout === 0) return {};
    const draw = (name: string): Tensor =>
      dropout(ones([B, ...(stateShapes[name] as Shape)]), this.recurrentDropout, { rng: this.rng });
    return Object.fromEntries(units.map((name) => [name, draw(name)]));
  }

  /** The state that each cell starts from. */
  #starts(given: S | undefined, B: number): S[] {
    const [first] = this.cells as [Cell<S, StepInput>];
    const count = this.cells.length;
    if (given) expectNames(given, Object.keys(first.stateShapes));
    const parts = Object.entries(first.stateShapes).map(([name, shape]): [string, Tensor[]] => {
      const value = given?.[name];
      if (!value) return [name, this.cells.map((cell) => zeros([B, ...(cell.stateShapes[name] as Shape)]))];
      const what = { [`state.${name}`]: value };
      expectDType("Recurrent.forward", what, ...FLOATS);
      expectShape("Recurrent.forward", what, [count, B, ...shape], "A state is [layers · directions, B, …].");
      return [name, unstack(value, 0)];
    });
    return this.cells.map(
      (_, k) => Object.fromEntries(parts.map(([name, values]) => [name, values[k] as Tensor])) as S,
    );
  }

  /** The final states of all cells, those of one name as one tensor. */
  #joined(states: readonly S[]): S {
    const [first] = states as [S];
    const join = (name: string): Tensor => {
      const values = states.map((state) => state[name] as Tensor);
      const [only] = values as [Tensor];
      return values.length === 1 ? reshape(only, [1, ...only.shape]) : stack(values, 0);
    };
    return Object.fromEntries(Object.keys(first).map((name) => [name, join(name)])) as S;
  }

  #expectInput(x: Tensor): { B: number; T: number } {
    expectDType("Recurrent.forward", { x }, ...FLOATS);
    const { B, T } = expectShape("Recurrent.forward", { x }, ["B", "T", ...this.inputShape]) as {
      B: number;
      T: number;
    };
    if (B > 0 && T > 0) return { B, T };
    throw new ShapeError({
      where: "Recurrent.forward",
      what: "x",
      expected: "of at least one row and one step",
      received: formatShape(x.shape),
      remedy: "Leave empty batches out before they reach the model.",
    });
  }

  #onlyCell(cell: Cell<S, StepInput>): Cell<S, StepInput>[] {
    const needed = this.layers * this.directions;
    if (needed === 1) return [cell];
    throw new ValueError({
      where: "Recurrent",
      what: "the cell",
      expected: `a function that makes one, since ${needed} cells are needed,`,
      received: "a cell",
      remedy: `Pass (inputSize) => new ${cell.constructor.name}(inputSize, …) and the option inputSize.`,
    });
  }

  #makeCells(make: MakeCell<S>, inputSize: number | Shape | undefined): Cell<S, StepInput>[] {
    if (inputSize === undefined) {
      throw new ValueError({
        where: "Recurrent",
        what: "inputSize",
        expected: "given, since the cells are made here,",
        received: "missing",
        remedy: "Pass new Recurrent((inputSize) => …, { inputSize: … }).",
      });
    }
    const cells: Cell<S, StepInput>[] = [];
    let shape = shapeOf("Recurrent", { inputSize });
    for (let layer = 0; layer < this.layers; layer++) {
      for (let d = 0; d < this.directions; d++) {
        const cell = make(
          shape.reduce((a, b) => a * b, 1),
          shape,
        );
        expectReads(cell, shape, layer);
        cells.push(cell);
      }
      shape = this.#mergedShape(cells.at(-1) as Cell<S, StepInput>);
    }
    expectAlike(cells);
    return cells;
  }

  #mergedShape({ outputShape, channelAxis }: Cell<S, StepInput>): Shape {
    if (this.directions === 1 || this.merge !== "concat") return outputShape;
    return outputShape.map((extent, axis) => (axis === channelAxis ? 2 * extent : extent));
  }
}

/** @throws ValueError unless a state has all that the cell declares, or none of it, and nothing else */
function expectNames(given: object, names: readonly string[]): void {
  const own = given instanceof Tensor ? ["a tensor"] : Object.keys(given);
  if (own.length === 0 || (own.length === names.length && names.every((name) => own.includes(name)))) return;
  throw new ValueError({
    where: "Recurrent.forward",
    what: "state",
    expected: `a tensor for each of ${names.join(", ")}`,
    received: own.join(", "),
    remedy: "Pass what forward returned as state.",
  });
}

/** @throws ShapeError unless the cells' states are as large as those of the first: those of one name are one tensor */
function expectAlike<S extends CellState>([first, ...others]: readonly Cell<S, StepInput>[]): void {
  for (const [name, shape] of Object.entries(first?.stateShapes ?? {})) {
    const other = others.find(({ stateShapes }) => !sameShape(stateShapes[name] ?? [], shape));
    if (!other) continue;
    throw new ShapeError({
      where: "Recurrent",
      what: `the state ${name} of all layers`,
      expected: formatShape(shape),
      received: formatShape(other.stateShapes[name] ?? []),
      remedy: "Let layers keep the extents of their input, or use a Recurrent for each.",
    });
  }
}

function expectReads<S extends CellState>(cell: Cell<S, StepInput>, shape: Shape, layer: number): void {
  if (sameShape(cell.inputShape, shape)) return;
  throw new ShapeError({
    where: "Recurrent",
    what: `the input of the cell of layer ${layer}`,
    expected: formatShape(shape),
    received: formatShape(cell.inputShape),
    remedy: "Make the cell for the input size that the function is given.",
  });
}
