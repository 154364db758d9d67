import { type Activation, UnsupportedError } from "@unroll/kernels";
import { elementwise } from "../../../graph/run";
import { gatesOf } from "../../../modules/cells/weights";
import { add, mul, sub } from "../../../ops/arithmetic";
import { linear } from "../../../ops/linear";
import { reshape } from "../../../ops/reshape";
import type { Tensor } from "../../../tensor/tensor";
import { WHERE } from "../lowering";
import type { Plain } from "../plain";

/** Activations that are elementwise operations of their name. */
const ACTIVATIONS = ["sigmoid", "tanh", "relu", "softsign", "softplus"] as const;

type Step = Readonly<Record<string, Tensor>>;
type Activations = Readonly<Record<"activation" | "gate" | "candidate" | "output", (x: Tensor) => Tensor>>;

/** The products of one step [B, G·H], of the input with what a loop adds to it, and R·h; gate by gate. */
function products({ gx, more, r, h }: Step): { x: Tensor[]; m: Tensor[] } {
  const [, GH = 0, H = 0] = r?.shape ?? [];
  const apart = (rows: Tensor): Tensor[] => gatesOf(rows, GH / H);
  const [input, state] = [gx, h] as [Tensor, Tensor];
  const product = linear(state, reshape(r as Tensor, [GH, H]));
  return { x: apart(more ? add(input, more) : input), m: apart(product) };
}

type Write = (inputs: Step, activations: Activations) => Step;

/** What the fused layers make in one step. */
const WRITTEN: Readonly<Record<string, Write>> = {
  /** h_t = tanh(gx_t + R·h_{t−1}) */
  rnnStep(inputs, { activation }) {
    const { x, m } = products(inputs) as { x: [Tensor]; m: [Tensor] };
    return { h: activation(add(x[0], m[0])) };
  },

  /** [i f g o] = gx_t + R·h_{t−1};   c_t = σ(f)·c_{t−1} + σ(i)·tanh(g);   h_t = σ(o)·tanh(c_t) */
  lstmStep(inputs, { gate, candidate, output }) {
    const { x, m } = products(inputs);
    const [i, f, g, o] = x.map((each, k) => add(each, m[k] as Tensor)) as [Tensor, Tensor, Tensor, Tensor];
    const c = add(mul(gate(f), inputs.c as Tensor), mul(gate(i), candidate(g)));
    return { h: mul(gate(o), output(c)), c };
  },

  /** r z = σ(gx_t + R·h_{t−1});   n = tanh(gx_n + r·(R_n·h_{t−1} + b_N));   h_t = (1 − z)·n + z·h_{t−1} */
  gruStep(inputs, { gate, candidate }) {
    const { x, m } = products(inputs) as Record<"x" | "m", [Tensor, Tensor, Tensor]>;
    const { bN, h } = inputs as { bN?: Tensor; h: Tensor };
    const [r, z] = [gate(add(x[0], m[0])), gate(add(x[1], m[1]))];
    const n = candidate(add(x[2], mul(r, bN ? add(m[2], bN) : m[2])));
    return { h: add(mul(sub(1, z), n), mul(z, h)) };
  },
};

/** The activations that options name. @throws UnsupportedError for any other option */
function activationsOf(name: string, options: object): Activations {
  const given = Object.entries(options).filter(([, value]) => value !== undefined && value !== false && value !== 0);
  const activations = given.map(([key, value]) => {
    const found = ACTIVATIONS.find((each) => each === (value as Activation).name);
    if (found) return [key, (x: Tensor) => elementwise(found, [x])] as const;
    throw new UnsupportedError({
      where: WHERE,
      what: `${name} with ${key}: ${JSON.stringify(value)}`,
      remedy: `It exports single steps with ${ACTIVATIONS.join(", ")} alone.`,
    });
  });
  return Object.fromEntries(activations) as Activations;
}

/** Single steps of the fused layers, as loops take them, in plain operations: the operators of ONNX run over sequences. */
export const STEPS: ReadonlyMap<string, Plain> = new Map(
  Object.entries(WRITTEN).map(([name, write]) => {
    const plain: Plain = (inputs, attributes) => {
      return write(inputs, activationsOf(name, (attributes as { readonly options: object }).options));
    };
    return [name, plain];
  }),
);
