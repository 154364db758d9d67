import { ValueError } from "@unroll/kernels";
import { expectLoss } from "../autograd/expect-loss";
import { grad } from "../autograd/grad";
import type { OpRecord } from "../autograd/record";
import { expectModule, type Module } from "../modules/module";
import { evaluate } from "../plan/evaluate";
import type { Parameter } from "../tensor/parameter";
import type { Tensor } from "../tensor/tensor";
import { type CellLoop, cellLoopOf, endsOf, stepsOfLoop } from "./inspect-loop";
import { type Gate, isScan, type LayerSteps, type ScanRecord, stepsOf } from "./inspect-steps";
import { statisticsOf, type TensorStatistics } from "./statistics";

/** One gate, or the activations, of a layer over time: of all rows that have a step t, and all units. */
export interface GateOverTime {
  readonly name: string;
  readonly mean: Float64Array;
  readonly deviation: Float64Array;
  /** The share within a twentieth of an end of its range, where hardly any gradient passes. */
  readonly saturated: Float64Array;
}

/** A recurrent layer of a loss, in one direction, over its T steps. */
export interface LayerInspection {
  /** The path of its recurrent weights, "lstm.weightHh.0"; of a `Recurrent`, of its cell: "layer.cells.0". */
  readonly path: string;
  /** rnn, lstm, gru, …; of a `Recurrent` the class of its cell: "ElmanCell". */
  readonly cell: string;
  readonly direction: "forward" | "reverse";
  /**
   * ‖∂L/∂h_t‖ over all rows and units, for t = 0 … T − 1: what reaches the state of step t on all ways. Of a cell in tensor
   * operations over all states of hidden units but c, which has norms of its own.
   */
  readonly gradientNorms: Float64Array;
  /**
   * ‖∂L/∂c_t‖, of cells that have such a state: what reaches it through c_{t+1}, and at the end from the loss itself. What
   * it gets by way of h_t is not in it, as in PyTorch's LSTMCell, of which h_t and c_t are two outputs.
   */
  readonly cellGradientNorms: Float64Array | undefined;
  /** h_t; of a cell in tensor operations, what its step gives. */
  readonly activations: GateOverTime;
  /** After their activations, in the order in which the cell has them; none of a cell in tensor operations. */
  readonly gates: readonly GateOverTime[];
}

/** What goes on in a model at one batch. */
export interface Inspection {
  readonly loss: number;
  /** Recurrent layers, those that were recorded first before the others. */
  readonly layers: readonly LayerInspection[];
  /** By the paths of the model's parameters. */
  readonly weights: ReadonlyMap<string, TensorStatistics>;
  readonly gradients: ReadonlyMap<string, TensorStatistics>;
}

/**
 * Looks into one batch of training: the norm of the gradient that reaches each time step of each recurrent layer (`RNN`,
 * `LSTM`, `GRU`, `Recurrent` over a cell whose steps draw no random numbers), its activations and gates over time, and
 * statistics of all weights and gradients. Nothing is changed, and no random number is drawn: make the loss, inspect it, and
 * then `minimize` another of the same batch, or go on with the next.
 *
 * Recurrent layers are gone through again step by step, and gates and weights are read back: it costs as much as some ten
 * steps of training and is meant to be called now and then. The gradients are those of the loss itself, unclipped.
 * @throws ShapeError if the loss has more than one element
 * @throws ValueError if the model has no parameters
 */
export async function inspect(model: Module, loss: Tensor): Promise<Inspection> {
  expectModule("inspect", model);
  expectLoss("inspect", loss);
  const named = model.namedParameters();
  const parameters = [...named.values()];
  if (parameters.length === 0) {
    throw new ValueError({ where: "inspect", what: "the model", expected: "with parameters", received: "without any" });
  }
  const scans = layersOf(loss);
  const ends = scans.flatMap((scan) => ("owner" in scan ? endsOf(scan) : Object.values(scan.outputs)));
  const gradients = grad(loss, [...parameters, ...ends]);
  const ofEnds = new Map(ends.map((end, index) => [end, gradients[parameters.length + index] as Tensor]));
  const layers = scans.map((scan) => ("owner" in scan ? stepsOfLoop(scan, ofEnds) : stepsOf(scan, ofEnds)));
  const ofParameters = gradients.slice(0, parameters.length);
  const asked = [...ofParameters, ...layers.flatMap(({ tensors }) => tensors)];
  const made = asked.filter(({ storage, node }) => storage === null && node.kind !== "host");
  await evaluate([loss, ...asked]);
  const paths = new Map<object, string>([...named, ...model.namedModules()].map(([path, part]) => [part, path]));
  const inspection = {
    loss: await loss.item(),
    layers: (await Promise.all(layers.map((layer, index) => inspectLayer(layer, pathOf(scans[index], paths))))).flat(),
    weights: await statistics(named, parameters),
    gradients: await statistics(named, ofParameters),
  };
  for (const tensor of made) tensor.dispose();
  return inspection;
}

async function statistics(named: ReadonlyMap<string, Parameter>, tensors: readonly Tensor[]) {
  const values = await Promise.all(tensors.map((tensor) => tensor.data()));
  return new Map([...named.keys()].map((path, index) => [path, statisticsOf(values[index] ?? [])]));
}

/** All operations behind a loss, those that were recorded first before the others. */
function recordsOf(loss: Tensor): OpRecord[] {
  const found = new Set<OpRecord>();
  const stack = [loss];
  for (let top = stack.pop(); top; top = stack.pop()) {
    const { origin } = top;
    if (!origin || found.has(origin)) continue;
    found.add(origin);
    stack.push(...Object.values(origin.inputs));
  }
  return [...found].reverse();
}

/** The recurrent layers behind a loss. */
function layersOf(loss: Tensor): (ScanRecord | CellLoop)[] {
  return [...new Set(recordsOf(loss).flatMap((record) => (isScan(record) ? record : (cellLoopOf(record) ?? []))))];
}

/** The cell, or the parameter that a layer's recurrent weights are, or were made of. */
function pathOf(scan: ScanRecord | CellLoop | undefined, paths: ReadonlyMap<object, string>): string {
  if (scan && "owner" in scan) return paths.get(scan.owner) ?? "";
  for (let r = scan?.inputs.r; r; r = Object.values(r.origin?.inputs ?? {})[0]) {
    const path = paths.get(r);
    if (path !== undefined) return path;
  }
  return "";
}

async function inspectLayer({ cell, T, directions }: LayerSteps, path: string): Promise<LayerInspection[]> {
  return Promise.all(
    directions.map(async ({ direction, norms, cellNorms, outputs, saved, gates, active, present }) => {
      const steps = await active?.data();
      const of = { T, ...present, ...(steps ? { isStep: (row: number, t: number) => steps[row * T + t] === 1 } : {}) };
      return {
        path,
        cell,
        direction,
        gradientNorms: Float64Array.from(await norms.data()),
        cellGradientNorms: cellNorms ? Float64Array.from(await cellNorms.data()) : undefined,
        activations: overTime(ACTIVATION, { values: await outputs.data(), ...of }),
        gates: saved ? await gatesOver(gates, saved, of) : [],
      };
    }),
  );
}

/** h_t as if it were a gate. */
const ACTIVATION: Gate = { name: "h", read: (values, at) => values[at] as number };

async function gatesOver(gates: readonly Gate[], saved: Tensor, of: Omit<Series, "values">): Promise<GateOverTime[]> {
  const values = await saved.data();
  return gates.map((gate) => overTime(gate, { values, ...of }, saved.shape[3]));
}

interface Series {
  /** [rows, T, units, width]. */
  readonly values: ArrayLike<number>;
  readonly T: number;
  readonly rows: number;
  readonly isStep: (row: number, t: number) => boolean;
}

/** Candidates and states go from −1 to 1, gates from 0 to 1. */
const isSigned = (name: string): boolean => name === "h" || name === "g" || name === "n";

function overTime({ name, read }: Gate, { values, T, rows, isStep }: Series, width = 1): GateOverTime {
  const made = { name, mean: new Float64Array(T), deviation: new Float64Array(T), saturated: new Float64Array(T) };
  const units = values.length / (rows * T * width);
  for (let t = 0; t < T; t++) {
    let [count, sum, squares, ends] = [0, 0, 0, 0];
    for (let row = 0; row < rows; row++) {
      if (!isStep(row, t)) continue;
      for (let unit = 0; unit < units; unit++) {
        const value = read(values, ((row * T + t) * units + unit) * width);
        count++;
        sum += value;
        squares += value * value;
        if (isSigned(name) ? Math.abs(value) > 0.95 : value < 0.05 || value > 0.95) ends++;
      }
    }
    if (count === 0) continue;
    made.mean[t] = sum / count;
    made.deviation[t] = Math.sqrt(Math.max(0, squares / count - (sum / count) ** 2));
    made.saturated[t] = ends / count;
  }
  return made;
}
