import {
  defineKernel,
  type FlatPlan,
  flatPlan,
  foldGrid,
  type Limits,
  optional,
  type Plan,
  perCall,
  read,
  wgsl,
  write,
} from "../core";

export interface BatchNormOptions {
  /** Whether channels come before the pixels of an image, [N, C, P], or after the steps of a sequence, [N, P, C]. */
  readonly channels: "first" | "last";
}

const options: BatchNormOptions = { channels: "first" };

const dims = {
  N: perCall("images or sequences"),
  P: perCall("pixels of an image, steps of a sequence"),
  C: perCall("channels"),
};

/** Lanes of a workgroup: over neighbouring channels, over images, over pixels. Part of the order of additions. */
const LANES = { first: { columns: 1, images: 4, pixels: 16 }, last: { columns: 16, images: 4, pixels: 4 } } as const;
/** Invocations of a workgroup. */
const sizeOf = ({ channels }: BatchNormOptions): number =>
  LANES[channels].columns * LANES[channels].images * LANES[channels].pixels;

interface ChannelPlan extends Plan {
  readonly workgroupSize: number;
  readonly widest: number;
}

const channelPlan = (C: number, options: BatchNormOptions, limits: Limits): ChannelPlan => ({
  workgroupSize: sizeOf(options),
  ...foldGrid(Math.ceil(C / LANES[options.channels].columns), limits),
  widest: limits.maxComputeWorkgroupsPerDimension,
});

/**
 * WGSL that adds up \`value\` of the elements \`at\` of the channel, a vec2f. A lane walks every 4th image and every 4th or
 * 16th pixel in order, pixel by pixel, and the lanes are added in order: what lies past the lengths changes no bit, nor
 * do images of no length. All lanes get the sum.
 */
function total(name: string, { channels }: BatchNormOptions, hasLengths: boolean, value: string): string {
  const { columns, images, pixels } = LANES[channels];
  const at = channels === "first" ? "(n * dims.C + channel) * dims.P + p" : "(n * dims.P + p) * dims.C + channel";
  const body = `let at = ${at}; own += ${value};`;
  return wgsl`
      var ${name} = vec2f();
      {
        var own = vec2f();
        for (var p = lane % ${pixels}u; p < dims.P; p += ${pixels}u) {
          for (var n = lane / ${pixels}u; n < dims.N; n += ${images}u) {
            ${hasLengths ? `if (p < lengths[n]) { ${body} }` : body}
          }
        }
        workgroupBarrier();
        lanes[index] = own;
        workgroupBarrier();
        for (var k = 0u; k < ${images * pixels}u; k++) { ${name} += lanes[index % ${columns}u + k * ${columns}u]; }
      }`;
}

/** WGSL of how many elements a channel has; at least 1. */
const count = (hasLengths: boolean): string =>
  hasLengths
    ? wgsl`
      var elements = 0u;
      for (var n = 0u; n < dims.N; n++) { elements += min(lengths[n], dims.P); }
      let many = f32(max(elements, 1u));`
    : "let many = f32(max(dims.N * dims.P, 1u));";

/** WGSL of a kernel whose workgroups share channels: `channel`, held at the last, `lane`, one of those that share it, and `many`. */
const eachChannel = (
  { workgroupSize, widest }: ChannelPlan,
  { channels }: BatchNormOptions,
  hasLengths: boolean,
  body: string,
): string => wgsl`
    var<workgroup> lanes: array<vec2f, ${workgroupSize}>;
    @compute @workgroup_size(${workgroupSize})
    fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) index: u32) {
      let column = (group.x + group.y * ${widest}u) * ${LANES[channels].columns}u + index % ${LANES[channels].columns}u;
      let channel = min(column, dims.C - 1u);
      let lane = index / ${LANES[channels].columns}u;
      ${count(hasLengths)}
      ${body}
    }`;

/**
 * Mean and variance of each channel over a batch (Ioffe & Szegedy 2015): μ = Σ x/n, σ² = Σ (x − μ)²/n, the second in a
 * pass of its own, so that a large mean cancels nothing; and `normaliser`, μ beside ρ = 1/√(σ² + ε). Of sequences only the
 * steps within `lengths` count. Mean and variance of no element are 0.
 */
export const batchNormStatistics = defineKernel({
  name: "batch_norm_statistics",
  dims,
  options,
  scalars: { epsilon: "f32" },
  bindings: {
    x: read("f32", "N P C"),
    lengths: optional(read("u32", "N")),
    mean: write("f32", "C"),
    variance: write("f32", "C"),
    normaliser: write("vec2f", "C"),
  },
  plan: ({ C }, limits, options) => channelPlan(C, options, limits),
  cost: ({ N, P, C }) => ({ flops: 4 * N * P * C, bytes: 8 * N * P * C + 16 * C }),
  wgsl: (plan, { options, has }) =>
    eachChannel(
      plan,
      options,
      has.lengths,
      wgsl`
      ${total("sum", options, has.lengths, "vec2f(x[at], 0.0)")}
      let mu = sum.x / many;
      ${total("squares", options, has.lengths, "vec2f((x[at] - mu) * (x[at] - mu), 0.0)")}
      if (lane == 0u && column < dims.C) {
        let spread = squares.x / many;
        mean[column] = mu;
        variance[column] = spread;
        normaliser[column] = vec2f(mu, 1.0 / sqrt(spread + dims.epsilon));
      }`,
    ),
});

/** WGSL of a kernel with an invocation for each element `e`: its `channel`, and whether it `counts`. */
const eachElement = (plan: FlatPlan, { channels }: BatchNormOptions, hasLengths: boolean, body: string): string => wgsl`
    @compute @workgroup_size(${plan.workgroupSize})
    fn main(@builtin(global_invocation_id) id: vec3u) {
      let e = id.x + id.y * ${plan.width}u;
      if (e >= dims.N * dims.P * dims.C) { return; }
      let channel = ${channels === "first" ? "e / dims.P % dims.C" : "e % dims.C"};
      let n = e / (dims.P * dims.C);
      let p = ${channels === "first" ? "e % dims.P" : "e / dims.C % dims.P"};
      let counts = ${hasLengths ? "p < lengths[n]" : "true"};
      ${body}
    }`;

/** y = (x − μ)·ρ·γ + β, γ and β being 1 and 0 when absent; 0 where an element does not count. */
export const batchNorm = defineKernel({
  name: "batch_norm",
  dims,
  options,
  bindings: {
    x: read("f32", "N P C"),
    normaliser: read("vec2f", "C"),
    gamma: optional(read("f32", "C")),
    beta: optional(read("f32", "C")),
    lengths: optional(read("u32", "N")),
    y: write("f32", "N P C"),
  },
  plan: ({ N, P, C }, limits) => flatPlan(N * P * C, limits),
  cost: ({ N, P, C }) => ({ flops: 4 * N * P * C, bytes: 8 * N * P * C + 16 * C }),
  wgsl: (plan, { options, has }) =>
    eachElement(
      plan,
      options,
      has.lengths,
      wgsl`
      let standard = (x[e] - normaliser[channel].x) * normaliser[channel].y;
      let value = standard${has.gamma ? " * gamma[channel]" : ""}${has.beta ? " + beta[channel]" : ""};
      y[e] = select(0.0, value, counts);`,
    ),
});

/**
 * What backward needs of each channel: with n = (x − μ)·ρ, dγ = Σ dy·n and dβ = Σ dy over the elements that counted, and
 * `shares`, both over their number.
 */
export const batchNormGradients = defineKernel({
  name: "batch_norm_gradients",
  dims,
  options,
  bindings: {
    x: read("f32", "N P C"),
    dy: read("f32", "N P C"),
    normaliser: read("vec2f", "C"),
    lengths: optional(read("u32", "N")),
    dGamma: write("f32", "C"),
    dBeta: write("f32", "C"),
    shares: write("vec2f", "C"),
  },
  plan: ({ C }, limits, options) => channelPlan(C, options, limits),
  cost: ({ N, P, C }) => ({ flops: 5 * N * P * C, bytes: 8 * N * P * C + 24 * C }),
  wgsl: (plan, { options, has }) =>
    eachChannel(
      plan,
      options,
      has.lengths,
      wgsl`
      let mu = normaliser[channel].x;
      let rho = normaliser[channel].y;
      ${total("sums", options, has.lengths, "dy[at] * vec2f((x[at] - mu) * rho, 1.0)")}
      if (lane == 0u && column < dims.C) {
        dGamma[column] = sums.x;
        dBeta[column] = sums.y;
        shares[column] = sums / many;
      }`,
    ),
});

/** dx = γ·ρ·(dy − (dβ + n·dγ)/elements), with `shares` for dγ and dβ over the elements; 0 where one does not count. */
export const batchNormBackward = defineKernel({
  name: "batch_norm_backward",
  dims,
  options,
  bindings: {
    x: read("f32", "N P C"),
    dy: read("f32", "N P C"),
    normaliser: read("vec2f", "C"),
    shares: read("vec2f", "C"),
    gamma: optional(read("f32", "C")),
    lengths: optional(read("u32", "N")),
    dx: write("f32", "N P C"),
  },
  plan: ({ N, P, C }, limits) => flatPlan(N * P * C, limits),
  cost: ({ N, P, C }) => ({ flops: 7 * N * P * C, bytes: 12 * N * P * C + 20 * C }),
  wgsl: (plan, { options, has }) =>
    eachElement(
      plan,
      options,
      has.lengths,
      wgsl`
      let rho = normaliser[channel].y;
      let standard = (x[e] - normaliser[channel].x) * rho;
      let value = rho${has.gamma ? " * gamma[channel]" : ""} * (dy[e] - fma(standard, shares[channel].x, shares[channel].y));
      dx[e] = select(0.0, value, counts);`,
    ),
});
