import { type DimValues, perCall, read, wgsl } from "../core";

/** Sizes of all CTC kernels. */
export const ctcDims = {
  B: perCall("batch rows"),
  T: perCall("time steps"),
  L: perCall("labels of the longest target, at least 1"),
  C: perCall("classes, the blank among them"),
};

/** Number of the class that stands for no label. */
export const CTC_SCALARS = { blank: "u32" } as const;

/** States of a target of L labels: blank, l₁, blank, l₂, …, blank. */
export const stateCount = (L: number): number => 2 * L + 1;

export const statesShape = ({ B = 0, T = 0, L = 0 }: DimValues): number[] => [B, T, stateCount(L)];

/** What every pass over the states reads. Measured with targets and inputs of full length. */
export const ctcInputs = {
  logits: read("f32", "B T C"),
  stats: read("vec2f", "B T"),
  targets: {
    ...read("i32", "B L"),
    sample: ({ B = 0, L = 0, C = 0 }: DimValues) => Array.from({ length: B * L }, (_, n) => 1 + ((7 * n) % (C - 1))),
  },
  inputLengths: {
    ...read("u32", "B"),
    sample: ({ B = 0, T = 0 }: DimValues) => new Array<number>(B).fill(T),
  },
  targetLengths: {
    ...read("u32", "B"),
    sample: ({ B = 0, L = 0 }: DimValues) => new Array<number>(B).fill(L),
  },
} as const;

/** The bits of +∞: written and looked for as bits, since WGSL lets a compiler assume that no infinity occurs. */
export const INFINITY_BITS = "0x7f800000u";
/** The bits of a NaN, written likewise. */
export const NAN_BITS = "0x7fc00000u";

/**
 * WGSL over the states of a row. What no path reaches has the logarithm −1e30; anything at or below −1e29 counts as
 * that.
 *
 * `emission` is ln p of a state's class at a time, log-softmax inside. A label on the device that is no class, or is the
 * blank, is never emitted, so a target that has one is impossible.
 */
export const STATE_FUNCTIONS = wgsl`
    const NONE: f32 = -1e30;
    const MASKED: f32 = -1e29;
    fn labelAt(row: u32, s: u32) -> u32 { return bitcast<u32>(targets[row * dims.L + min(s / 2u, dims.L - 1u)]); }
    fn emission(row: u32, t: u32, s: u32) -> f32 {
      let isLabel = (s & 1u) == 1u;
      let label = labelAt(row, s);
      let class_ = select(dims.blank, label, isLabel);
      let at = row * dims.T + t;
      let x = logits[at * dims.C + min(class_, dims.C - 1u)];
      let z = stats[at];
      let isNever = class_ >= dims.C || (isLabel && label == dims.blank) || x <= MASKED;
      return select((x - z.x) - z.y, NONE, isNever);
    }
    // A path may step over the blank between two labels, unless they are the same.
    fn skipsBlank(row: u32, s: u32, other: u32) -> bool {
      return (s & 1u) == 1u && labelAt(row, s) != labelAt(row, other);
    }
    fn powerOfE(d: f32) -> f32 { return select(exp(d), 0.0, d < -87.0); }
    // ln(e^a + e^b + e^c)
    fn logAdd(a: f32, b: f32, c: f32) -> f32 {
      let ab = select(a, b, b > a);
      let highest = select(ab, c, c > ab);
      let sum = log(powerOfE(a - highest) + powerOfE(b - highest) + powerOfE(c - highest));
      return select(highest + sum, NONE, highest <= MASKED);
    }`;
