import {
  add,
  concat,
  matmul,
  mul,
  reshape,
  sequenceMask,
  sigmoid,
  slice,
  softmax,
  split,
  stack,
  type Tensor,
  tanh,
  transpose,
  unstack,
  where,
  zeros,
} from "@unroll/nn";
import { UnsupportedCase } from "../../compare";
import type { OnnxNode, OnnxOperator } from "../onnx/node";

/** Weights of one direction, and what it attends to. */
interface Parts {
  readonly W: Tensor; //    [4H, I + A], blocks i o f c
  readonly R: Tensor; //    [4H, H]
  readonly B: Tensor; //    [4H]
  readonly query: Tensor; // [H, K]
  readonly v: Tensor; //    [K]
  readonly keys: Tensor; // [N, S, K]
  readonly memory: Tensor; // [N, S, M]
  readonly isOpen: Tensor; // [N, S]
  readonly layer: Tensor; // [H + M, A]
}

/** The largest float32, about: a clip that clips nothing. */
const LARGEST = 3.4e38;

/** ONNX Runtime's AttnLSTM: an LSTM that reads, beside its input, what it attended to a step before (Bahdanau et al. 2015). */
export const attnLstm: OnnxOperator = (node) => {
  node.attributes.only("activations", "direction", "hidden_size", "input_forget", "clip");
  if (node.attributes.flag("input_forget", false)) throw new UnsupportedCase("AttnLSTM with input_forget");
  if (node.attributes.number("clip", LARGEST) < LARGEST) throw new UnsupportedCase("AttnLSTM with clip");
  const activations = node.attributes.texts("activations", []).join();
  if (!/^((sigmoid|Sigmoid),(tanh|Tanh),(tanh|Tanh),?)*$/.test(activations)) {
    throw new UnsupportedCase(`AttnLSTM with ${activations}`);
  }
  const direction = node.attributes.text("direction", "forward");
  const steps = unstack(node.float(0)); //                                            T of [N, I]
  const [N] = (steps[0] as Tensor).shape as [number];
  const lengths = node.optional(4)?.data ?? Float64Array.from({ length: N }, () => steps.length);
  const isRunning = sequenceMask(Array.from(lengths), steps.length);
  const outputs = (direction === "bidirectional" ? ["forward", "reverse"] : [direction]).map((each, index) =>
    walk(partsOf(node, index), steps, isRunning, each === "reverse"),
  );
  const directions = outputs.map((output) => stack(output)); //                        [T, N, H] each
  return [stack(directions, 1)]; //                                                   [T, directions, N, H]
};

function partsOf(node: OnnxNode, index: number): Parts {
  const of = (position: number): Tensor => {
    const all = node.float(position);
    return reshape(slice(all, 0, index, index + 1), all.shape.slice(1));
  };
  const biases = split(of(3), 2) as [Tensor, Tensor];
  const memory = node.float(11);
  const S = memory.shape[1] as number;
  const memoryLengths = node.optional(12)?.data ?? Array.from({ length: memory.shape[0] as number }, () => S);
  return {
    W: of(1),
    R: of(2),
    B: add(...biases),
    query: of(8),
    v: of(10),
    keys: matmul(memory, of(9)),
    memory,
    isOpen: sequenceMask(Array.from(memoryLengths), S),
    layer: of(13),
  };
}

/** @param isRunning [N, T]: where a row has no such step, its state stays and its output is 0 */
function walk(parts: Parts, steps: readonly Tensor[], isRunning: Tensor, isReverse: boolean): Tensor[] {
  const [N] = (steps[0] as Tensor).shape as [number];
  const [H, A] = [parts.R.shape[1] as number, parts.layer.shape[1] as number];
  let [h, c, attention] = [zeros([N, H]), zeros([N, H]), zeros([N, A])];
  const order = steps.map((_, t) => (isReverse ? steps.length - 1 - t : t));
  const outputs = order.map((t) => {
    const [x, runs] = [steps[t] as Tensor, slice(isRunning, 1, t, t + 1)];
    const product = add(matmul(concat([x, attention], 1), transpose(parts.W)), matmul(h, transpose(parts.R)));
    const [i, o, f, g] = split(add(product, parts.B), 4) as [Tensor, Tensor, Tensor, Tensor];
    const cell = add(mul(sigmoid(f), c), mul(sigmoid(i), tanh(g)));
    const hidden = mul(sigmoid(o), tanh(cell));
    c = where(runs, cell, c);
    h = where(runs, hidden, h);
    attention = where(runs, matmul(concat([h, contextOf(parts, h)], 1), parts.layer), attention);
    return where(runs, hidden, 0);
  });
  return isReverse ? outputs.reverse() : outputs;
}

/** Σ_s softmax(v·tanh(key_s + W·h))·memory_s, over what is no padding. */
function contextOf({ query, v, keys, memory, isOpen }: Parts, h: Tensor): Tensor {
  const [N, S, K] = keys.shape as [number, number, number];
  const hidden = tanh(add(keys, reshape(matmul(h, query), [N, 1, K])));
  const scores = reshape(matmul(hidden, reshape(v, [K, 1])), [N, S]);
  const weights = softmax(where(isOpen, scores, -1e30));
  return reshape(matmul(reshape(weights, [N, 1, S]), memory), [N, memory.shape[2] as number]);
}
