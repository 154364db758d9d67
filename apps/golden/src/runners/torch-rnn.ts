import { assign, fromTorch, type HostTensor, permute, type StateDict } from "@unroll/nn";
import { type Check, UnsupportedCase } from "../compare";
import { ABOUT, type Fields } from "../fields";
import { buildLayers, type TorchSettings } from "./recurrent/torch-layers";
import { checksOf, f32, type Wanted } from "./tensors";

const KINDS: Readonly<Record<string, TorchSettings["kind"]>> = {
  "torch.nn.RNN": "RNN",
  "torch.nn.LSTM": "LSTM",
  "torch.nn.GRU": "GRU",
};

export const isTorchRnn = (op: string): boolean => op in KINDS;

/** torch.nn.RNN, LSTM and GRU: weights by their names in a state dict, x [T, N, F] or, with batch_first, [N, T, F]. */
export async function runTorchRnn(fields: Fields): Promise<Check[]> {
  fields.only(...ABOUT, "op", "attributes", "weights", "inputs", "expected", "atol", "rtol");
  const settings = settingsOf(fields.text("op"), fields.fields("attributes"));
  const inputs = fields.fields("inputs").only("x", "h_0", "c_0");
  const { module, forward } = buildLayers(settings);
  const named = module.namedParameters();
  const { parameters } = fromTorch(settings, stateDict(fields.fields("weights")));
  await assign(
    [...parameters].map(([name, { data }]) => {
      const parameter = named.get(name);
      if (!parameter) throw new TypeError(`${settings.kind} has no parameter ${name}.`);
      return [parameter, data] as const;
    }),
  );

  const x = f32(inputs.tensor("x"));
  if (x.rank !== 3) throw new UnsupportedCase("x without a batch axis");
  const [h, c] = [inputs.optionalTensor("h_0"), inputs.optionalTensor("c_0")];
  const { output, states } = forward(settings.batchFirst ? x : permute(x, [1, 0, 2]), [h && f32(h), c && f32(c)]);
  const outputs = new Map([
    ["output", settings.batchFirst ? output : permute(output, [1, 0, 2])],
    ["h_n", states[0]],
    ["c_n", states[1]],
  ]);
  const expected = fields.fields("expected");
  const wanted = expected.keys.map((what): Wanted => {
    const actual = outputs.get(what);
    if (!actual) throw new UnsupportedCase(`no output ${what}`);
    return { what, actual, expected: expected.tensor(what), tolerance: fields.tolerance() };
  });
  return checksOf(wanted);
}

function settingsOf(op: string, attributes: Fields): TorchSettings & { batchFirst: boolean } {
  const kind = KINDS[op];
  if (!kind) throw new UnsupportedCase(`no runner for ${op}`);
  attributes.only(
    ...["input_size", "hidden_size", "num_layers", "bidirectional", "batch_first", "gate_order", "nonlinearity"],
    ...["bias", "dropout", "proj_size"],
  );
  if (attributes.number("dropout", 0) !== 0) throw new UnsupportedCase("dropout draws other numbers than PyTorch's");
  const nonlinearity = attributes.text("nonlinearity", "tanh");
  if ((nonlinearity !== "tanh" && nonlinearity !== "relu") || (nonlinearity === "relu" && kind !== "RNN")) {
    throw new UnsupportedCase(`no nonlinearity ${nonlinearity} in ${op}`);
  }
  return {
    kind,
    layers: attributes.number("num_layers", 1),
    directions: attributes.flag("bidirectional", false) ? 2 : 1,
    inputSize: attributes.number("input_size"),
    hiddenSize: attributes.number("hidden_size"),
    projSize: attributes.number("proj_size", 0),
    hasBias: attributes.flag("bias", true),
    nonlinearity,
    batchFirst: attributes.flag("batch_first", false),
  };
}

function stateDict(weights: Fields): StateDict {
  return new Map(
    weights.keys.map((name): [string, HostTensor] => {
      const { shape, data } = weights.tensor(name);
      return [name, { dtype: "f32", shape, data: Float32Array.from(data) }];
    }),
  );
}
