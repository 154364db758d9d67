import {
  type AttentionMask,
  and,
  booleanMask,
  Transformer,
  TransformerDecoder,
  TransformerDecoderLayer,
  TransformerEncoder,
  TransformerEncoderLayer,
} from "@unroll/attention";
import {
  decodeSafetensors,
  encodeSafetensors,
  type HostTensor,
  loadTorch,
  type Module,
  permute,
  saveTorch,
  type Tensor,
  tensor,
} from "@unroll/nn";
import type { GoldenTensor } from "@unroll/testing";
import { type Check, UnsupportedCase } from "../../compare";
import { ABOUT, type Fields } from "../../fields";
import { checksOf, f32 } from "../tensors";

const MODULES = ["Encoder", "Decoder", "EncoderLayer", "DecoderLayer", ""].map((name) => `Transformer${name}`);

export const isTorchTransformer = (module: string): boolean => MODULES.includes(module);

/** PyTorch's Transformer layers, stacks and models; every parameter is cos(0), cos(1), … in the order of its elements. */
export async function runTorchTransformer(fields: Fields): Promise<Check[]> {
  fields.only(...ABOUT, "module", "config", "inputs", "expected", "atol", "rtol");
  const inputs = fields.fields("inputs");
  const { model, forward } = build(fields.text("module"), fields.fields("config"));
  await fill(model);
  const output = forward(inputs);
  const expected = fields.fields("expected").only("output").tensor("output");
  return checksOf([{ what: "output", actual: permute(output, [1, 0, 2]), expected, tolerance: fields.tolerance() }]);
}

/** Gives every tensor of the model's PyTorch state dict its cosines, and loads that. */
async function fill(model: Module): Promise<void> {
  const { tensors } = decodeSafetensors(await saveTorch(model));
  const dict = new Map<string, HostTensor>();
  for (const [name, { shape, data }] of tensors) {
    dict.set(name, { dtype: "f32", shape, data: Float32Array.from(data, (_, index) => Math.cos(index)) });
  }
  await loadTorch(model, encodeSafetensors(dict));
}

interface Built {
  readonly model: Module;
  /** [B, T, size] from the inputs of the case. */
  readonly forward: (inputs: Fields) => Tensor;
}

function build(module: string, config: Fields): Built {
  const [size, heads] = [config.number("d_model"), config.number("nhead")];
  const activation = config.text("activation", "relu");
  if (activation !== "relu" && activation !== "gelu") throw new UnsupportedCase(`activation ${activation}`);
  const known: "relu" | "gelu" = activation;
  if (config.flag("batch_first", false)) throw new UnsupportedCase("batch_first");
  const layer = {
    activation: known,
    feedForward: config.number("dim_feedforward", 2048),
    norm: config.flag("norm_first", false) ? ("pre" as const) : ("post" as const),
    epsilon: config.number("layer_norm_eps", 1e-5),
  };
  const stack = () => ({
    ...layer,
    layers: config.number("num_layers", 1),
    finalNorm: config.raw("final_norm") !== null && config.has("final_norm"),
  });
  const memoryOf = (inputs: Fields): Tensor => batchFirst(inputs.tensor("memory"));
  switch (module) {
    case "TransformerEncoderLayer":
    case "TransformerEncoder": {
      const model =
        module === "TransformerEncoder"
          ? new TransformerEncoder(size, heads, stack())
          : new TransformerEncoderLayer(size, heads, layer);
      return {
        model,
        forward(inputs) {
          inputs.only("src", "src_key_padding_mask", "src_mask", "mask");
          return model.forward(batchFirst(inputs.tensor("src")), {
            mask: maskOf(inputs, "src_key_padding_mask", "src_mask", "mask"),
          });
        },
      };
    }
    case "TransformerDecoderLayer":
    case "TransformerDecoder": {
      const model =
        module === "TransformerDecoder"
          ? new TransformerDecoder(size, heads, stack())
          : new TransformerDecoderLayer(size, heads, layer);
      return {
        model,
        forward(inputs) {
          inputs.only("tgt", "memory", "tgt_key_padding_mask", "memory_key_padding_mask", "tgt_mask", "memory_mask");
          return model.forward(batchFirst(inputs.tensor("tgt")), memoryOf(inputs), {
            mask: maskOf(inputs, "tgt_key_padding_mask", "tgt_mask"),
            memoryMask: maskOf(inputs, "memory_key_padding_mask", "memory_mask"),
          }).output;
        },
      };
    }
    default: {
      const model = new Transformer(size, heads, {
        ...layer,
        encoderLayers: config.number("num_encoder_layers", 6),
        decoderLayers: config.number("num_decoder_layers", 6),
      });
      return {
        model,
        forward(inputs) {
          inputs.only(
            ...["src", "tgt", "src_mask", "tgt_mask", "memory_mask"],
            ...["src_key_padding_mask", "tgt_key_padding_mask", "memory_key_padding_mask"],
          );
          return model.forward(batchFirst(inputs.tensor("src")), batchFirst(inputs.tensor("tgt")), {
            sourceMask: maskOf(inputs, "src_key_padding_mask", "src_mask") ?? and(),
            targetMask: maskOf(inputs, "tgt_key_padding_mask", "tgt_mask") ?? and(),
            memoryMask: maskOf(inputs, "memory_key_padding_mask", "memory_mask") ?? and(),
          }).output;
        },
      };
    }
  }
}

const batchFirst = (golden: GoldenTensor): Tensor => permute(f32(golden), [1, 0, 2]);

/** Masks of PyTorch's: true, or −∞, where a key takes no part; by key [B, S], or by query and key [T, S]. */
function maskOf(inputs: Fields, ...names: readonly string[]): AttentionMask | undefined {
  const masks = names.flatMap((name): AttentionMask[] => {
    const golden = inputs.optionalTensor(name);
    if (!golden) return [];
    const isByKey = name.endsWith("key_padding_mask");
    const [rows = 0, S = 0] = golden.shape;
    const isOpen = (x: number): boolean => (golden.dtype === "bool" ? x === 0 : x > -1e29);
    if (golden.dtype !== "bool" && golden.data.some((x) => x !== 0 && isOpen(x)))
      throw new UnsupportedCase(`${name} of numbers`);
    const shape = isByKey ? [rows, 1, 1, S] : golden.shape;
    return [
      booleanMask(
        tensor(
          Uint32Array.from(golden.data, (x) => Number(isOpen(x))),
          { shape, dtype: "bool" },
        ),
      ),
    ];
  });
  return masks.length > 0 ? and(...masks) : undefined;
}
