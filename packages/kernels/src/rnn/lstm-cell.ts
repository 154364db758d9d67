import { read, wgsl } from "../core";
import { type Activation, activationCode, activationSlopeCode } from "../wgsl/activation";
import { clippedCode, clippedSlopeCode, savedCode } from "./clip";
import type { ScanOptions } from "./scan";

/** What an LSTM's equations may be, beside their published form. */
export interface LSTMOptions extends ScanOptions {
  /** Of i, f and o. */
  readonly gate: Activation;
  /** Of g. */
  readonly candidate: Activation;
  /** Of the cell state on its way out. */
  readonly output: Activation;
  /** Bound of all pre-activations, which may lie from −clip to clip; 0 where there is none. */
  readonly clip: number;
  /**
   * Whether f = 1 − i (Greff et al. 2017, CIFG; ONNX's `input_forget`). A unit then has three gates, i g o, and what
   * follows is of as many: gx, R and their gradients.
   */
  readonly coupled: boolean;
  /** Whether gates see the cell state, by weights that lie behind R (`pack_lstm`). */
  readonly peepholes: boolean;
  /** Whether `c0` holds cells as this kernel writes them, the pair of c_{t−1} and c_t: what the step before made. */
  readonly paired?: boolean;
}

export const lstmOptions: LSTMOptions = {
  reverse: false,
  gate: { name: "sigmoid" },
  candidate: { name: "tanh" },
  output: { name: "tanh" },
  clip: 0,
  coupled: false,
  peepholes: false,
  paired: false,
};

/** Gates of a unit that have weights: i f g o, or i g o where f is 1 − i. */
export const lstmGates = ({ coupled }: { readonly coupled?: unknown }): 3 | 4 => (coupled === true ? 3 : 4);

/** W·x_t + b of all gates that have weights, in one vec4f where there are four. */
export const lstmInput = read(
  ({ coupled }) => (coupled === true ? "f32" : "vec4f"),
  ({ B = 0, T = 0, D = 0, H = 0 }, { coupled }) => [B, T, D, H, ...(coupled === true ? [3] : [])],
);

/** WGSL of the input product of a unit, over `row` and `u`. */
export function lstmInputCode({ coupled }: LSTMOptions, hasMore = false): string {
  const of = (array: string): string =>
    coupled
      ? `vec3f(${array}[3u * (row.now + u)], ${array}[3u * (row.now + u) + 1u], ${array}[3u * (row.now + u) + 2u])`
      : `${array}[row.now + u]`;
  return hasMore ? `${of("gx")} + ${of("more")}` : of("gx");
}

interface CellContext {
  readonly options: LSTMOptions;
  readonly has: Readonly<Record<string, boolean>>;
}

/** The names of a unit's pre-activations in a vector `of`. */
const lanes = ({ coupled }: LSTMOptions, of: string) =>
  coupled
    ? { i: `${of}.x`, f: "", g: `${of}.y`, o: `${of}.z` }
    : { i: `${of}.x`, f: `${of}.y`, g: `${of}.z`, o: `${of}.w` };

/**
 * WGSL of `finish` of a forward step, with P from `peephole`, f absent where it is 1 − i:
 *   i = σ(a_i + P_i·c_{t−1});   f = σ(a_f + P_f·c_{t−1});   g = tanh(a_g)
 *   c_t = f·c_{t−1} + i·g;   o = σ(a_o + P_o·c_t);   hidden = o·tanh(c_t)
 * `gates` gets i f g o; where pre-activations are clipped it gets those instead, unclipped.
 * @param places.hidden where o·tanh(c_t) goes
 * @param places.peephole a unit's peephole weights, in the lanes of the gates they belong to
 */
export function cellForward(
  { options, has }: CellContext,
  { hidden, peephole }: { readonly hidden: string; readonly peephole: string },
): string {
  const { gate, candidate, output, clip, coupled, peepholes, paired } = options;
  const a = lanes(options, "a");
  const type = coupled ? "vec3f" : "vec4f";
  const o = `let o = ${clippedCode(gate, clip, a.o)};`;
  const saved = coupled ? `vec4f(${a.i}, 0.0, ${a.g}, ${a.o})` : "a";
  return wgsl`
    fn finish(row: Row, ${peepholes ? "d: u32, " : ""}u: u32, x: ${type}, recurrent: ${type}) {
      ${peepholes ? "var" : "let"} a = x + recurrent;
      var cPrev = ${has.c0 ? `c0[row.state + u]${paired ? ".y" : ""}` : "0.0"};
      if (!row.first) { cPrev = cells[row.before + u].y; }
      ${peepholes ? `let p = ${peephole}; ${a.i} += p.x * cPrev; ${coupled ? "" : `${a.f} += p.y * cPrev;`}` : ""}
      let i = ${clippedCode(gate, clip, a.i)};
      let f = ${coupled ? "1.0 - i" : clippedCode(gate, clip, a.f)};
      let g = ${clippedCode(candidate, clip, a.g)};
      ${peepholes ? "" : o}
      let c = f * cPrev + i * g;
      ${peepholes ? `${a.o} += p.${coupled ? "z" : "w"} * c; ${o}` : ""}
      ${hidden} = o * ${activationCode(output, "c")};
      gates[row.now + u] = ${clip > 0 ? saved : "vec4f(i, f, g, o)"};
      cells[row.now + u] = vec2f(cPrev, c);
    }`;
}

/**
 * WGSL of `finish` and `pad` of a backward step, dh being the gradient of o·tanh(c_t) and δ that of c_t:
 *   da_o = dh·tanh(c_t)·o(1 − o);   δ = dc_t + dh·o·(1 − tanh²(c_t)) + da_o·P_o
 *   da_i = δ·g·i(1 − i);   da_f = δ·c_{t−1}·f(1 − f);   da_g = δ·i·(1 − g²);   dc_{t−1} = δ·f + da_i·P_i + da_f·P_f
 * Where f = 1 − i there is no da_f, and da_i = δ·(g − c_{t−1})·i(1 − i).
 * @param call.array what the gradients of the gates go into, from its beginning
 * @param call.dh WGSL of dh, over `row`, `u` and the sum `recurrent`
 * @param call.peephole WGSL of the peephole weight number `n` of a unit, of those there are
 */
export function cellBackward(
  { options, has }: CellContext,
  call: { readonly array: string; readonly dh: string; readonly peephole: (n: number) => string },
): string {
  const { gate, candidate, output, clip, coupled, peepholes } = options;
  const G = lstmGates(options);
  const saved = { i: "gate.x", f: "gate.y", g: "gate.z", o: "gate.w" };
  const value = (of: Activation, name: keyof typeof saved) => savedCode(of, clip, saved[name]);
  const slope = (of: Activation, name: keyof typeof saved) => clippedSlopeCode(of, clip, name, saved[name]);
  const vector = coupled ? "vec3f" : "vec4f";
  const gradients = [
    `dc * ${coupled ? "(g - c.x)" : "g"} * ${slope(gate, "i")},`,
    ...(coupled ? [] : [`dc * c.x * ${slope(gate, "f")},`]),
    `dc * i * ${slope(candidate, "g")},`,
    `dh * out * ${slope(gate, "o")},`,
  ].join("\n");
  const throughOutput = ` + dh * out * ${slope(gate, "o")} * ${call.peephole(G - 2)}`;
  const throughInputs = ` + dGate.x * ${call.peephole(0)}${coupled ? "" : ` + dGate.y * ${call.peephole(1)}`}`;
  return wgsl`
    fn setGates(n: u32, d: ${vector}) {
      ${["x", "y", "z", "w"]
        .slice(0, G)
        .map((lane, g) => `${call.array}[${G}u * n${g > 0 ? ` + ${g}u` : ""}] = d.${lane};`)
        .join("\n")}
    }
    fn lastGradient(row: Row, u: u32) -> f32 { return ${has.dcN ? "dcN[row.state + u]" : "0.0"}; }
    fn pad(row: Row, u: u32) {
      setGates(row.now + u, ${vector}());
      carry[row.state + u] = lastGradient(row, u);
    }
    fn finish(row: Row, ${peepholes ? "d: u32, " : ""}u: u32, recurrent: f32) {
      let gate = gates[row.now + u];
      let i = ${value(gate, "i")};
      let f = ${coupled ? "1.0 - i" : value(gate, "f")};
      let g = ${value(candidate, "g")};
      let o = ${value(gate, "o")};
      let c = cells[row.now + u];
      let out = ${activationCode(output, "c.y")};
      let dh = ${call.dh};
      let dc = select(carry[row.state + u], lastGradient(row, u), row.last) + dh * o * ${activationSlopeCode(output, "out")}${peepholes ? throughOutput : ""};
      ${peepholes ? `let dGate = ${vector}(` : `setGates(row.now + u, ${vector}(`}
        ${gradients}
      ${peepholes ? ");\nsetGates(row.now + u, dGate);" : "));"}
      carry[row.state + u] = dc * f${peepholes ? throughInputs : ""};
    }`;
}
