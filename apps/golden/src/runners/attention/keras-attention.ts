import {
  type AttentionMask,
  additiveMask,
  and,
  plainDotProductAttention,
  scaledDotProductAttention,
} from "@unroll/attention";
import { add, linear, matmul, mul, permute, reshape, softmax, sum, type Tensor, tanh, tensor, where } from "@unroll/nn";
import { type Check, UnsupportedCase } from "../../compare";
import { ABOUT, type Fields } from "../../fields";
import { selected } from "../keras/select";
import { checksOf, f32, type Wanted } from "../tensors";

const LAYERS = ["Attention", "AdditiveAttention", "MultiHeadAttention"];

export const isKerasAttention = (layer: string): boolean => LAYERS.includes(layer);

/** What Keras adds to masked scores: a query with no key left attends to all alike. */
const MASKED = -1e9;

interface Call {
  readonly query: Tensor;
  readonly key: Tensor;
  readonly value: Tensor;
  /** Over [B, 1, T, S]. */
  readonly mask: AttentionMask;
}

/** Keras's Attention, AdditiveAttention and MultiHeadAttention. */
export async function runKerasAttention(fields: Fields): Promise<Check[]> {
  fields.only(...ABOUT, "layer", "config", "weights", "calls", "atol", "rtol");
  const attend = layerOf(fields.text("layer"), fields.fields("config"), fields.fields("weights"));
  const wanted: Wanted[] = [];
  for (const [index, step] of fields.list("calls").entries()) {
    step.only("op", "inputs", "expected");
    if (step.text("op") !== "call") throw new UnsupportedCase(`no operation ${step.text("op")} on an attention layer`);
    const inputs = step.fields("inputs");
    const outputs = { tensors: attend(callOf(inputs), inputs), states: [] };
    for (const one of step.list("expected", [])) {
      one.only("select", "value", "atol", "rtol");
      wanted.push({
        what: `call ${index} ${one.text("select")}`,
        actual: selected(outputs, one.text("select")),
        expected: one.tensor("value"),
        tolerance: one.tolerance(fields.tolerance()),
      });
    }
  }
  return checksOf(wanted);
}

type Attend = (call: Call, inputs: Fields) => { readonly output: Tensor; readonly scores: Tensor };

function layerOf(layer: string, config: Fields, weights: Fields): Attend {
  if (layer === "MultiHeadAttention") return multiHead(config, weights);
  config.only("score_mode", "use_scale", "concat_score_weight", "dropout");
  weights.only("scale", "concat_score_weight");
  if (config.number("dropout", 0) !== 0) throw new UnsupportedCase("dropout draws other numbers than Keras's");
  const scale = weights.optionalTensor("scale");
  const mode = layer === "AdditiveAttention" ? "additive" : config.text("score_mode", "dot");
  const weight = weights.optionalTensor("concat_score_weight")?.data[0] ?? 1;
  return (call, inputs) => {
    const { output, scores } =
      mode === "dot"
        ? dot(call, scale?.data[0] ?? 1)
        : concatenated(call, scale && f32(scale), mode === "concat" ? weight : 1);
    const queryMask = inputs.optionalTensor("query_mask");
    const kept = queryMask && tensor(Float32Array.from(queryMask.data), { shape: [...queryMask.shape, 1] });
    return { output: kept ? mul(output, kept) : output, scores };
  };
}

function dot({ query, key, value, mask }: Call, scale: number): { output: Tensor; scores: Tensor } {
  const options = { heads: 1, mask, scale };
  const { weights } = plainDotProductAttention(query, key, value, options).scores;
  const [B, , T, S] = weights.shape as [number, number, number, number];
  return { output: scaledDotProductAttention(query, key, value, options), scores: reshape(weights, [B, T, S]) };
}

/** Keras's additive scores, before their mask; a scale that is a vector weighs the units, one that is a number their inputs. */
function concatenated({ query, key, value, mask }: Call, scale: Tensor | undefined, weight: number) {
  const [B, T, D] = query.shape as [number, number, number];
  const S = key.shape[1] as number;
  const sums = add(reshape(query, [B, T, 1, D]), reshape(key, [B, 1, S, D]));
  const isVector = scale !== undefined && scale.size === D && scale.rank === 1;
  const hidden = isVector ? mul(tanh(sums), scale) : tanh(scale ? mul(sums, scale) : sums);
  const scores = mul(sum(hidden, { axes: [-1] }), weight);
  const open = mask.bias ? add(scores, reshape(mask.bias, [B, mask.bias.shape[2] as number, S])) : scores;
  const weights = softmax(open);
  return { output: matmul(weights, value), scores: weights };
}

function multiHead(config: Fields, weights: Fields): Attend {
  config.only("num_heads", "key_dim", "value_dim", "dropout", "use_bias", "output_shape", "attention_axes");
  if (config.number("dropout", 0) !== 0) throw new UnsupportedCase("dropout draws other numbers than Keras's");
  if (config.has("attention_axes") && config.raw("attention_axes") !== null)
    throw new UnsupportedCase("attention_axes");
  const heads = config.number("num_heads");
  /** x·W + b with the axes of W that are summed over first. */
  const projected = (name: string, x: Tensor): Tensor => {
    const kernel = f32(weights.tensor(`${name}/kernel`));
    const bias = weights.optionalTensor(`${name}/bias`);
    const inputs = x.shape.at(-1) as number;
    const W = permute(reshape(kernel, [inputs, -1]), [1, 0]);
    return linear(x, W, bias && f32(bias, [W.shape[0] as number]));
  };
  return ({ query, key, value, mask }) => {
    const [q, k, v] = [projected("query", query), projected("key", key), projected("value", value)];
    const options = { heads, mask };
    const { scores } = plainDotProductAttention(q, k, v, options);
    return { output: projected("output", scaledDotProductAttention(q, k, v, options)), scores: scores.weights };
  };
}

function callOf(inputs: Fields): Call {
  inputs.only("query", "value", "key", "query_mask", "value_mask", "key_mask", "attention_mask", "use_causal_mask");
  const query = f32(inputs.tensor("query"));
  const value = f32(inputs.tensor("value"));
  const key = inputs.has("key") ? f32(inputs.tensor("key")) : value;
  const [B, T, S] = [query.shape[0] as number, query.shape[1] as number, key.shape[1] as number];
  const masks: AttentionMask[] = [];
  const mask = (name: string, shape: readonly number[]): void => {
    const golden = inputs.optionalTensor(name);
    if (!golden) return;
    const kept = tensor(Uint32Array.from(golden.data), { shape, dtype: "bool" });
    masks.push(additiveMask(where(kept, 0, MASKED)));
  };
  mask("value_mask", [B, 1, 1, S]);
  mask("key_mask", [B, 1, 1, S]);
  const own = inputs.optionalTensor("attention_mask");
  if (own)
    mask(
      "attention_mask",
      own.shape.length === 2 ? [1, 1, ...own.shape] : [own.shape[0] as number, 1, ...own.shape.slice(-2)],
    );
  if (inputs.flag("use_causal_mask", false)) masks.push(causal(T, S));
  return { query, key, value, mask: and(...masks) };
}

const causal = (T: number, S: number): AttentionMask => {
  const bias = Float32Array.from({ length: T * S }, (_, at) => (at % S <= Math.floor(at / S) ? 0 : MASKED));
  return additiveMask(tensor(bias, { shape: [1, 1, T, S] }));
};
