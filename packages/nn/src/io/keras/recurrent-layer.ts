import { UnsupportedError } from "@unroll/kernels";
import { GRU } from "../../modules/gru";
import { LSTM } from "../../modules/lstm";
import { RNN } from "../../modules/rnn";
import type { SequenceDirection } from "../../modules/stack-options";
import { add, mul } from "../../ops/arithmetic";
import { concat } from "../../ops/concat";
import { reshape } from "../../ops/reshape";
import { slice } from "../../ops/slice";
import { random } from "../../random/generator";
import type { Tensor } from "../../tensor/tensor";
import type { JsonFields } from "../json-fields";
import { cellActivation, cellActivationName } from "./activations";
import { type Flow, type KerasDescription, KerasLayer, type LayerSource, type LayerState } from "./layer";
import { MaskPlan, type Order, unknownMask } from "./mask";
import { type ReadBiases, type RecurrentModule, readRecurrent, writeRecurrent } from "./recurrent-weights";
import { expectSetting, expectSettings, refuseTraining } from "./settings";

export const RECURRENT_CLASSES = ["SimpleRNN", "LSTM", "GRU"] as const;

export const MERGE_MODES = ["concat", "sum", "mul", "ave"] as const;
export type MergeMode = (typeof MERGE_MODES)[number];

/** How Keras runs a cell over a sequence. */
export interface RecurrentSettings {
  readonly returnSequences: boolean;
  /** Of the layer, or of the forward one of both: reads from the last step to the first, and gives it in that order. */
  readonly goBackwards: boolean;
  readonly stateful: boolean;
  readonly zeroOutput: boolean;
  /** How both directions are put together; none in a layer of one direction. */
  readonly merge?: MergeMode | undefined;
}

/** SimpleRNN, LSTM or GRU, alone or both ways: a module of ours with Keras's masks, orders and merging around it. */
export class KerasRecurrent extends KerasLayer {
  readonly cell: RecurrentModule;
  readonly settings: RecurrentSettings;
  readonly #read: ReadBiases | undefined;

  constructor(name: string, cell: RecurrentModule, settings: RecurrentSettings, read?: ReadBiases) {
    super(name);
    this.cell = cell;
    this.settings = settings;
    this.#read = read;
  }

  /** @param inputs features of each step */
  static of(source: LayerSource, inputs: number): KerasRecurrent {
    const settings = settingsOf(source);
    const cell = cellModule(source, inputs, settings.goBackwards ? "reverse" : "forward");
    return new KerasRecurrent(source.name, cell, settings, readRecurrent(cell, source.weights, [""]));
  }

  /** A Bidirectional layer around one of the three. */
  static bidirectional(source: LayerSource, inputs: number): KerasRecurrent {
    const { config, name, weights } = source;
    expectSettings(source, ["layer", "backward_layer", "merge_mode", "return_sequences", "stateful"]);
    const mode = config.raw("merge_mode") === undefined ? "concat" : config.raw("merge_mode");
    const merge = MERGE_MODES.find((each) => each === mode);
    if (!merge) config.refuse("merge_mode", `one of ${MERGE_MODES.join(", ")}`, "A model here has one output.");
    const inner = innerSource(source, "layer");
    const settings = settingsOf(inner);
    if (config.has("backward_layer")) expectMirrored(inner, innerSource(source, "backward_layer"));
    // The layer of ours that reads forwards is Keras's backward one where its forward one goes backwards.
    const prefixes = settings.goBackwards ? ["backward/", "forward/"] : ["forward/", "backward/"];
    const cell = cellModule(inner, inputs, "bidirectional");
    const stateful = settings.stateful || config.flag("stateful", false);
    return new KerasRecurrent(name, cell, { ...settings, stateful, merge }, readRecurrent(cell, weights, prefixes));
  }

  /** States in a list [B, H] each: h, c for an LSTM; Keras's forward layer first. */
  run({ x, mask }: Flow, initial?: LayerState): { readonly flow: Flow; readonly state: LayerState } {
    if (mask === "unknown") unknownMask(this.layerName);
    const [B, T] = x.shape as [number, number];
    const plan = new MaskPlan(B, T, mask);
    const { output, state } = this.#scan(mask ? plan.pack(x) : x, plan.lengths, this.#start(initial));
    const { returnSequences, zeroOutput } = this.settings;
    const ends = this.#directions.map(({ ours, order }) => {
      const own =
        this.#directions.length === 1
          ? output
          : slice(output, 2, ours * this.cell.hiddenSize, (ours + 1) * this.cell.hiddenSize);
      if (returnSequences) return mask || order.backwards !== order.flipped ? plan.unpack(own, order) : own;
      if (mask && zeroOutput) return plan.last(own, order);
      return stateOf(state[0] as Tensor, ours);
    });
    const isWhole = returnSequences && !mask && this.settings.merge === "concat" && !this.settings.goBackwards;
    const made = isWhole ? output : this.#merge(ends);
    const flow: Flow = { x: made, mask: returnSequences ? mask : undefined };
    return { flow, state: this.#directions.flatMap(({ ours }) => state.map((each) => stateOf(each, ours))) };
  }

  forward(flow: Flow): Flow {
    return this.run(flow).flow;
  }

  describe(): KerasDescription {
    return describeRecurrent(this.cell, this.settings, { layer: 0, read: this.#read });
  }

  /** Keras's layers in Keras's order: which direction of ours each is, and how its steps are ordered. */
  get #directions(): { readonly ours: number; readonly order: Order }[] {
    const { goBackwards, merge, zeroOutput } = this.settings;
    const there = { backwards: goBackwards, flipped: false, zeroOutput };
    if (!merge) return [{ ours: 0, order: there }];
    const back = { backwards: !goBackwards, flipped: true, zeroOutput };
    return [
      { ours: goBackwards ? 1 : 0, order: there },
      { ours: goBackwards ? 0 : 1, order: back },
    ];
  }

  #scan(x: Tensor, lengths: Uint32Array | undefined, start: readonly Tensor[]): { output: Tensor; state: Tensor[] } {
    const options = { lengths, allowEmpty: true };
    const [h, c] = start;
    if (this.cell instanceof LSTM) {
      const { output, state } = this.cell.forward(x, { ...options, state: h && c ? { h, c } : undefined });
      return { output, state: [state.h, state.c] };
    }
    const { output, state } = this.cell.forward(x, { ...options, state: h });
    return { output, state: [state] };
  }

  /** [D, B, H] of each kind of state, from Keras's list. */
  #start(initial: LayerState | undefined): Tensor[] {
    if (!initial) return [];
    const kinds = this.cell instanceof LSTM ? 2 : 1;
    const directions = this.#directions;
    if (initial.length !== kinds * directions.length) {
      throw new UnsupportedError({
        where: "KerasModel.forward",
        what: `layer "${this.layerName}" starts from ${kinds * directions.length} states, and ${initial.length} are given`,
        remedy: "Pass h, then c for an LSTM; of a Bidirectional layer those of its forward layer first.",
      });
    }
    return Array.from({ length: kinds }, (_, kind) => {
      const parts: Tensor[] = [];
      for (const [index, { ours }] of directions.entries()) {
        const state = initial[index * kinds + kind] as Tensor;
        parts[ours] = reshape(state, [1, ...state.shape]);
      }
      return concat(parts, 0);
    });
  }

  #merge([first, second]: readonly Tensor[]): Tensor {
    const a = first as Tensor;
    if (!second) return a;
    const { merge } = this.settings;
    if (merge === "mul") return mul(a, second);
    if (merge === "concat") return concat([a, second], -1);
    return merge === "sum" ? add(a, second) : mul(add(a, second), 0.5);
  }
}

/** [D, B, H] of one direction as [B, H]. */
function stateOf(state: Tensor, direction: number): Tensor {
  return reshape(slice(state, 0, direction, direction + 1), state.shape.slice(1));
}

function settingsOf(source: LayerSource): RecurrentSettings {
  const { config, name, forInference } = source;
  expectSettings(source, [
    ...["units", "activation", "recurrent_activation", "use_bias", "unit_forget_bias", "reset_after", "implementation"],
    ...["return_sequences", "return_state", "go_backwards", "stateful", "unroll", "time_major", "zero_output_for_mask"],
    ...["dropout", "recurrent_dropout", "seed", "use_cudnn", "input_dim", "input_length", "cell"],
  ]);
  expectSetting(source, "return_state", false);
  expectSetting(source, "time_major", false);
  for (const key of ["dropout", "recurrent_dropout"]) {
    if (config.probability(key) > 0) refuseTraining(config.place.where, name, key, forInference);
  }
  return {
    returnSequences: config.flag("return_sequences", false),
    goBackwards: config.flag("go_backwards", false),
    stateful: config.flag("stateful", false),
    zeroOutput: config.flag("zero_output_for_mask", false),
  };
}

function cellModule(source: LayerSource, inputs: number, direction: SequenceDirection): RecurrentModule {
  const { config, className, dialect } = source;
  const units = config.count("units");
  const options = { direction, bias: config.flag("use_bias", true), rng: random(0) };
  const candidate = cellActivation(config, "activation", "tanh", dialect);
  if (className === "SimpleRNN") return new RNN(inputs, units, { ...options, activation: candidate });
  const gates = dialect === "tfjs" ? "hard_sigmoid" : "sigmoid";
  const gate = cellActivation(config, "recurrent_activation", gates, dialect);
  if (className === "LSTM") return new LSTM(inputs, units, { ...options, gate, candidate, output: candidate });
  const reset = config.flag("reset_after", dialect !== "tfjs") ? "after" : "before";
  return new GRU(inputs, units, { ...options, gate, candidate, reset });
}

/** The layer inside a wrapper, with its own errors. */
export function innerSource(source: LayerSource, key: string): LayerSource {
  const inner = source.config.object(key);
  const className = inner.text("class_name");
  if (!RECURRENT_CLASSES.some((each) => each === className)) {
    inner.refuse("class_name", `one of ${RECURRENT_CLASSES.join(", ")}`);
  }
  return { ...source, className, config: inner.object("config") };
}

/** Our two directions are one module, whose cells are alike. */
function expectMirrored(forward: LayerSource, backward: LayerSource): void {
  const named = (config: JsonFields): string =>
    JSON.stringify(
      config.keys
        .filter((key) => key !== "name" && key !== "go_backwards" && !key.endsWith("_initializer"))
        .sort()
        .map((key) => [key, config.raw(key)]),
    );
  const isMirrored =
    forward.className === backward.className &&
    named(forward.config) === named(backward.config) &&
    forward.config.flag("go_backwards", false) !== backward.config.flag("go_backwards", false);
  if (isMirrored) return;
  throw new UnsupportedError({
    where: forward.config.place.where,
    what: `the Bidirectional layer "${forward.name}" has a backward layer that is not the mirror of its forward one`,
    remedy: "Both directions need the same class and settings, go_backwards apart.",
  });
}

/** What a layer of a module is in a Keras file. */
export function describeRecurrent(
  module: RecurrentModule,
  settings: RecurrentSettings,
  { layer, read }: { layer: number; read?: ReadBiases | undefined },
): KerasDescription {
  refuseOptions(module);
  const { merge, goBackwards } = settings;
  const className = module instanceof LSTM ? "LSTM" : module instanceof GRU ? "GRU" : "SimpleRNN";
  const config = {
    units: module.hiddenSize,
    ...activationNames(module),
    use_bias: module.bias.length > 0,
    ...(module instanceof GRU ? { reset_after: module.reset === "after" } : {}),
    return_sequences: settings.returnSequences,
    return_state: false,
    go_backwards: goBackwards,
    stateful: settings.stateful,
    ...(module.inputDropout > 0 ? { dropout: module.inputDropout } : {}),
    ...(settings.zeroOutput ? { zero_output_for_mask: true } : {}),
  };
  if (!merge) {
    return { className, config, weights: writeRecurrent(module, { layer, direction: 0, prefix: "", read }) };
  }
  const order = goBackwards ? [1, 0] : [0, 1];
  const weights = ["forward/", "backward/"].flatMap((prefix, index) =>
    writeRecurrent(module, { layer, direction: order[index] ?? 0, prefix, read }),
  );
  return {
    className: "Bidirectional",
    config: { merge_mode: merge, layer: { class_name: className, config } },
    weights,
  };
}

/** Options of cells that Keras has none of. */
function refuseOptions(module: RecurrentModule): void {
  const isLSTM = module instanceof LSTM;
  const found = [
    ...(module.clip > 0 ? ["clipped pre-activations"] : []),
    ...(isLSTM && module.coupled ? ["coupled gates"] : []),
    ...(isLSTM && module.peepholeWeight.length > 0 ? ["peepholes"] : []),
    ...(isLSTM && module.projSize > 0 ? ["a projected state"] : []),
  ];
  if (found.length === 0) return;
  throw new UnsupportedError({
    where: "writeTfjs",
    what: `Keras has no layer with ${found.join(", ")}`,
    remedy: "Save the model with save() in its own layout.",
  });
}

function activationNames(module: RecurrentModule): Record<string, string> {
  const name = (role: string, activation: Parameters<typeof cellActivationName>[0]): string => {
    const found = cellActivationName(activation);
    if (found !== undefined) return found;
    throw new UnsupportedError({
      where: "writeTfjs",
      what: `TensorFlow.js has no layer with the ${role} activation ${activation.name}`,
      remedy: "Save the model with save() in its own layout.",
    });
  };
  if (module instanceof RNN) return { activation: name("", module.activation) };
  if (module instanceof LSTM && JSON.stringify(module.candidate) !== JSON.stringify(module.outputActivation)) {
    throw new UnsupportedError({
      where: "writeTfjs",
      what: "a Keras LSTM has one activation for its candidate and its output, and this one has two",
      remedy: "Save the model with save() in its own layout.",
    });
  }
  return { activation: name("candidate", module.candidate), recurrent_activation: name("gate", module.gate) };
}
