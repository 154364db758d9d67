import { type Activation, gateCount, UnsupportedError } from "@unroll/kernels";
import { GRU } from "../../modules/gru";
import { LSTM } from "../../modules/lstm";
import { RNN } from "../../modules/rnn";
import { random } from "../../random/generator";
import type { Parameter } from "../../tensor/parameter";
import { bytesOf } from "../bytes";
import { type Cell, fromBlocks } from "../gate-order";
import type { HostTensor } from "../host-tensor";
import { ModelFormatError } from "../model-format-error";
import { quoted } from "../quoted";
import { activationsOf } from "./ops/activations";
import { type ReadAttribute, type ReadGraph, type ReadNode, readGraph } from "./read-graph";

const WHERE = "readONNX";

/** What was read of an ONNX file. */
export interface ONNXWeights {
  /** Its RNN, LSTM and GRU nodes as modules of one layer, by the nodes' names. */
  readonly layers: ReadonlyMap<string, RNN | LSTM | GRU>;
  /** All constants by name; whole numbers are i32. */
  readonly tensors: ReadonlyMap<string, HostTensor>;
}

const CELLS: Readonly<Record<string, Cell>> = { RNN: "rnn", LSTM: "lstm", GRU: "gru" };
/** Attributes that say how values lie, or came with older versions: weights do not depend on them. */
const PASSED_OVER = ["layout", "output_sequence"];

/**
 * The weights of an ONNX file: recurrent nodes become modules of one layer that read [B, T, I], with both biases of a gate
 * summed, rows reordered, activations and directions as the node has them. The graph around them is not rebuilt. The
 * file is taken to be hostile: every length is checked before it is followed, and no other file is opened.
 * @throws FileFormatError with the byte and field at fault, if the file is damaged
 * @throws ModelFormatError naming the node and attribute that are out of range
 * @throws UnsupportedError for an attribute, an input or a data type that there is none of here
 */
export function readONNX(file: ArrayBuffer | Uint8Array): ONNXWeights {
  const graph = readGraph(bytesOf(WHERE, { file }));
  const layers = new Map<string, RNN | LSTM | GRU>();
  for (const [index, node] of graph.nodes.entries()) {
    if (!Object.hasOwn(CELLS, node.type)) continue;
    const name = node.name || `${node.type}_${index}`;
    layers.set(name, moduleOf({ ...node, name }, CELLS[node.type] as Cell, graph));
  }
  return { layers, tensors: graph.tensors };
}

interface Sizes {
  readonly cell: Cell;
  readonly D: number;
  readonly I: number;
  readonly H: number;
  readonly rows: number;
}

function moduleOf(node: ReadNode, cell: Cell, graph: ReadGraph): RNN | LSTM | GRU {
  const direction = oneOf(node, "direction", ["forward", "reverse", "bidirectional"], "forward");
  const D = direction === "bidirectional" ? 2 : 1;
  const R = constant(node, graph, 2, "R");
  const W = constant(node, graph, 1, "W");
  const H = R.shape[2] ?? 0;
  const rows = gateCount(cell) * H;
  const I = W.shape[2] ?? 0;
  const sizes = { cell, D, I, H, rows };
  expectShape(node, "R", R, [D, rows, H]);
  expectShape(node, "W", W, [D, rows, I]);
  const hidden = node.attributes.get("hidden_size");
  if (hidden && hidden.int !== H) refuse(node, "hidden_size", `${H}, as R has columns`, hidden);
  const B = node.inputs[3] ? constant(node, graph, 3, "B") : undefined;
  if (B) expectShape(node, "B", B, [D, 2 * rows]);
  for (const [index, name] of [[7, "P"]] as const) {
    if (node.inputs[index]) throw notHere(node, `the input ${name}`);
  }
  const after = flag(node, "linear_before_reset");
  refuseOthers(node);
  const activations = activationsHere(node, cell, D);
  const [first, second, third] = activations;
  const options = { direction, bias: B !== undefined, rng: random(0) };
  const module =
    cell === "rnn"
      ? new RNN(I, H, { ...options, ...(first ? { activation: first } : {}) })
      : cell === "gru"
        ? new GRU(I, H, { ...options, reset: after ? "after" : "before", ...given({ gate: first, candidate: second }) })
        : new LSTM(I, H, { ...options, ...given({ gate: first, candidate: second, output: third }) });
  fill(module, sizes, { W, R, B });
  return module;
}

const given = <K extends string>(activations: Readonly<Record<K, Activation | undefined>>): { [N in K]?: Activation } =>
  Object.fromEntries(Object.entries(activations).filter(([, activation]) => activation)) as { [N in K]?: Activation };

function fill(
  module: RNN | LSTM | GRU,
  { cell, D, I, H, rows }: Sizes,
  { W, R, B }: { W: HostTensor; R: HostTensor; B: HostTensor | undefined },
): void {
  const parts = (values: HostTensor["data"], columns: number): Float32Array<ArrayBuffer> => {
    const made = new Float32Array(D * rows * columns);
    const size = rows * columns;
    for (let d = 0; d < D; d++) {
      const own = Float32Array.from(values.subarray(d * size, (d + 1) * size));
      made.set(fromBlocks("onnx", { cell, hiddenSize: H, columns }, own), d * size);
    }
    return made;
  };
  put(module.weightIh[0], parts(W.data, I));
  put(module.weightHh[0], parts(R.data, H));
  if (!B) return;
  const sums = new Float32Array(D * rows);
  const ofState = new Float32Array(D * H);
  const isApart = module instanceof GRU && module.reset === "after";
  for (let d = 0; d < D; d++) {
    const [own, recurrent] = [0, 1].map((half) => B.data.subarray((2 * d + half) * rows, (2 * d + half + 1) * rows));
    // z r h: the candidate's two biases act apart where it resets after the product
    const summed = isApart ? rows - H : rows;
    for (let row = 0; row < rows; row++)
      sums[d * rows + row] = (own?.[row] ?? 0) + (row < summed ? (recurrent?.[row] ?? 0) : 0);
    for (let u = 0; u < H; u++) ofState[d * H + u] = recurrent?.[rows - H + u] ?? 0;
  }
  put(module.bias[0], parts(sums, 1));
  if (module instanceof GRU) put(module.recurrentBias[0], ofState);
}

function put(into: Parameter | undefined, values: Float32Array<ArrayBuffer>): void {
  if (into) into.variable.initial = values;
}

function constant({ name, type, inputs }: ReadNode, { tensors }: ReadGraph, index: number, role: string): HostTensor {
  const input = inputs[index] ?? "";
  const found = tensors.get(input);
  if (found?.dtype === "f32" && found.shape.length > 0) return found;
  throw new ModelFormatError({
    where: WHERE,
    path: `the input ${role} of the ${type} node ${quoted(name)}`,
    expected: "a constant of real numbers",
    received: found ? found.dtype : input ? `${quoted(input)}, which the graph computes or lacks` : "absent",
  });
}

function expectShape({ name, type }: ReadNode, role: string, { shape }: HostTensor, expected: readonly number[]): void {
  if (shape.join() === expected.join() && expected.every((extent) => extent > 0)) return;
  throw new ModelFormatError({
    where: WHERE,
    path: `the input ${role} of the ${type} node ${quoted(name)}`,
    expected: `[${expected.join(", ")}]`,
    received: `[${shape.join(", ")}]`,
  });
}

function refuse({ name, type }: ReadNode, key: string, expected: string, attribute: ReadAttribute): never {
  const { int, float, text, floats, texts } = attribute;
  const received =
    text ?? (texts.length > 0 ? texts.join(", ") : floats.length > 0 ? floats.join(", ") : `${int ?? float}`);
  throw new ModelFormatError({
    where: WHERE,
    path: `the attribute ${key} of the ${type} node ${quoted(name)}`,
    expected,
    received: quoted(received),
  });
}

function oneOf<T extends string>(node: ReadNode, key: string, known: readonly T[], otherwise: T): T {
  const attribute = node.attributes.get(key);
  if (!attribute) return otherwise;
  return known.find((each) => each === attribute.text) ?? refuse(node, key, `one of ${known.join(", ")}`, attribute);
}

function flag(node: ReadNode, key: string): boolean {
  const attribute = node.attributes.get(key);
  if (!attribute) return false;
  return attribute.int === 0 || attribute.int === 1 ? attribute.int === 1 : refuse(node, key, "0 or 1", attribute);
}

/** What would make another model of the same weights. */
function refuseOthers(node: ReadNode): void {
  const clip = node.attributes.get("clip");
  if (clip) {
    if (!(Number(clip.float) >= 0)) refuse(node, "clip", "at least 0", clip);
    if (Number(clip.float) > 0) throw notHere(node, "the attribute clip");
  }
  if (flag(node, "input_forget")) throw notHere(node, "the attribute input_forget");
  const known = [
    ...["hidden_size", "direction", "linear_before_reset", "clip", "input_forget"],
    ...["activations", "activation_alpha", "activation_beta"],
    ...PASSED_OVER,
  ];
  const unknown = [...node.attributes.keys()].find((key) => !known.includes(key));
  if (unknown !== undefined) throw notHere(node, `the attribute ${quoted(unknown)}`);
}

function activationsHere(node: ReadNode, cell: Cell, D: number): Activation[] {
  const named = node.attributes.get("activations");
  if (!named) return [];
  const each = { rnn: 1, gru: 2, lstm: 3 }[cell];
  if (named.texts.length !== each * D) refuse(node, "activations", `${each * D} names`, named);
  const alphas = node.attributes.get("activation_alpha")?.floats ?? [];
  const betas = node.attributes.get("activation_beta")?.floats ?? [];
  const found = activationsOf(named.texts, alphas, betas) ?? refuse(node, "activations", "names of activations", named);
  const both = [found.slice(0, each), found.slice(each)];
  if (D === 2 && JSON.stringify(both[0]) !== JSON.stringify(both[1])) {
    throw notHere(node, "other activations in each direction");
  }
  return found.slice(0, each);
}

const notHere = ({ name, type }: ReadNode, what: string): UnsupportedError =>
  new UnsupportedError({
    where: WHERE,
    what: `${what} of the ${type} node ${quoted(name)} is not read`,
    remedy: "Read are W, R and B, direction, activations with alpha and beta, and linear_before_reset.",
  });
