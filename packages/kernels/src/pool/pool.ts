import { defineKernel, type FlatPlan, flatPlan, optional, perCall, read, wgsl, write } from "../core";

export interface PoolOptions {
  /** Whether an image lies as [channels, height, width], or as [height, width, channels]. */
  readonly channels: "first" | "last";
}

const options: PoolOptions = { channels: "first" };

export const dims = {
  N: perCall("images"),
  C: perCall("channels"),
  H: perCall("input height"),
  W: perCall("input width"),
  OH: perCall("output height"),
  OW: perCall("output width"),
  kH: perCall("window height"),
  kW: perCall("window width"),
  sH: perCall("stride down"),
  sW: perCall("stride across"),
  pH: perCall("rows of padding above"),
  pW: perCall("columns of padding on the left"),
};

/** Extents of a pooling: images, channels, windows. */
export type PoolDims = Readonly<Record<keyof typeof dims, number>>;

/** What `index` says of a window that holds nothing. */
export const NOWHERE = 0xffffffff;

const lengths = optional(read("u32", "N"));

/** WGSL of the extents of the input and the output images. */
const INPUT = { rows: "dims.H", columns: "dims.W" } as const;
const OUTPUT = { rows: "dims.OH", columns: "dims.OW" } as const;

/**
 * WGSL of a kernel with an invocation for each element `e` of images with so many rows and columns: `n`, `c`, `row`,
 * `column`, and `wide`, where image n ends.
 */
const eachElement = (
  plan: FlatPlan,
  { rows, columns }: typeof INPUT | typeof OUTPUT,
  { options: { channels }, has }: { options: PoolOptions; has: Readonly<Record<string, boolean>> },
  body: string,
): string => wgsl`
    @compute @workgroup_size(${plan.workgroupSize})
    fn main(@builtin(global_invocation_id) id: vec3u) {
      let e = id.x + id.y * ${plan.width}u;
      if (e >= dims.N * dims.C * ${rows} * ${columns}) { return; }
      let pixels = ${rows} * ${columns};
      let pixel = ${channels === "first" ? "e % pixels" : "e / dims.C % pixels"};
      let c = ${channels === "first" ? "e / pixels % dims.C" : "e % dims.C"};
      let n = e / (pixels * dims.C);
      let row = pixel / ${columns};
      let column = pixel % ${columns};
      let wide = ${has.lengths ? "min(lengths[n], dims.W)" : "dims.W"};
      ${body}
    }`;

/** WGSL of where channel c of a pixel of image n lies. */
const place = ({ channels }: PoolOptions, { rows, columns }: typeof INPUT | typeof OUTPUT, pixel: string): string =>
  channels === "first"
    ? `(n * dims.C + c) * ${rows} * ${columns} + ${pixel}`
    : `(n * ${rows} * ${columns} + ${pixel}) * dims.C + c`;

/** WGSL of the window of output \`i\`, \`j\`: from \`top\` and \`left\` up to \`bottom\` and \`right\`, no element outside the image. */
const window = (i: string, j: string): string => wgsl`
      let top = u32(max(i32(${i} * dims.sH) - i32(dims.pH), 0));
      let left = u32(max(i32(${j} * dims.sW) - i32(dims.pW), 0));
      let bottom = min(u32(max(i32(${i} * dims.sH + dims.kH) - i32(dims.pH), 0)), dims.H);
      let right = min(u32(max(i32(${j} * dims.sW + dims.kW) - i32(dims.pW), 0)), wide);`;

const input = (options: PoolOptions, pixel: string): string => place(options, INPUT, pixel);
const output = (options: PoolOptions, pixel: string): string => place(options, OUTPUT, pixel);

const cost = ({ N, C, H, W, OH, OW, kH, kW }: PoolDims) => ({
  flops: N * C * OH * OW * Math.min(H, kH) * Math.min(W, kW),
  bytes: 4 * N * C * (H * W + OH * OW),
});

/**
 * The largest of each window and where in its image it is, row · W + column: the first of equals. Windows are kH x kW,
 * every sH and sW from pH and pW before the image on; what lies outside an image takes no part, nor do the columns from
 * lengths[n] on. A window of nothing gives 0.
 */
export const maxPool = defineKernel({
  name: "max_pool",
  dims,
  options,
  bindings: {
    x: read("f32", "N C H W"),
    lengths,
    y: write("f32", "N C OH OW"),
    index: write("u32", "N C OH OW"),
  },
  plan: ({ N, C, OH, OW }, limits) => flatPlan(N * C * OH * OW, limits),
  cost,
  wgsl: (plan, context) =>
    eachElement(
      plan,
      OUTPUT,
      context,
      wgsl`
      ${window("row", "column")}
      var best = 0.0;
      var found = ${NOWHERE}u;
      for (var iy = top; iy < bottom; iy++) {
        for (var ix = left; ix < right; ix++) {
          let value = x[${input(context.options, "iy * dims.W + ix")}];
          if ((found == ${NOWHERE}u) | (value > best)) {
            best = value;
            found = iy * dims.W + ix;
          }
        }
      }
      y[e] = best;
      index[e] = found;`,
    ),
});

/** The mean of each window's elements within the image, as `maxPool` takes them; 0 of nothing. */
export const averagePool = defineKernel({
  name: "average_pool",
  dims,
  options,
  bindings: { x: read("f32", "N C H W"), lengths, y: write("f32", "N C OH OW") },
  plan: ({ N, C, OH, OW }, limits) => flatPlan(N * C * OH * OW, limits),
  cost,
  wgsl: (plan, context) =>
    eachElement(
      plan,
      OUTPUT,
      context,
      wgsl`
      ${window("row", "column")}
      var sum = 0.0;
      for (var iy = top; iy < bottom; iy++) {
        for (var ix = left; ix < right; ix++) { sum += x[${input(context.options, "iy * dims.W + ix")}]; }
      }
      y[e] = sum / f32(max((max(bottom, top) - top) * (max(right, left) - left), 1u));`,
    ),
});

/** WGSL that walks the outputs whose windows hold the input element \`row\`, \`column\`: \`oy\`, \`ox\`, \`at\`, in order. */
const eachWindow = (options: PoolOptions, body: string): string => wgsl`
      // the first window that reaches as far as this element, and the last that begins before it
      let firstRow = (max(row + dims.pH + 1u, dims.kH) - dims.kH + dims.sH - 1u) / dims.sH;
      let firstColumn = (max(column + dims.pW + 1u, dims.kW) - dims.kW + dims.sW - 1u) / dims.sW;
      let lastRow = min((row + dims.pH) / dims.sH + 1u, dims.OH);
      let lastColumn = min((column + dims.pW) / dims.sW + 1u, dims.OW);
      for (var oy = firstRow; oy < lastRow; oy++) {
        for (var ox = firstColumn; ox < lastColumn; ox++) {
          let at = ${output(options, "oy * dims.OW + ox")};
          ${body}
        }
      }`;

/** An element gets the gradient of each window of which it is the largest: dx[e] = Σ dy[o] over o with index[o] = e. */
export const maxPoolBackward = defineKernel({
  name: "max_pool_backward",
  dims,
  options,
  bindings: { dy: read("f32", "N C OH OW"), index: read("u32", "N C OH OW"), dx: write("f32", "N C H W") },
  plan: ({ N, C, H, W }, limits) => flatPlan(N * C * H * W, limits),
  cost,
  wgsl: (plan, context) =>
    eachElement(
      plan,
      INPUT,
      context,
      wgsl`
      var sum = 0.0;
      ${eachWindow(context.options, "if (index[at] == pixel) { sum += dy[at]; }")}
      dx[e] = sum;`,
    ),
});

/** An element gets its share of each window that holds it: dx[e] = Σ dy[o] / (elements of window o). */
export const averagePoolBackward = defineKernel({
  name: "average_pool_backward",
  dims,
  options,
  bindings: { dy: read("f32", "N C OH OW"), lengths, dx: write("f32", "N C H W") },
  plan: ({ N, C, H, W }, limits) => flatPlan(N * C * H * W, limits),
  cost,
  wgsl: (plan, context) =>
    eachElement(
      plan,
      INPUT,
      context,
      wgsl`
      var sum = 0.0;
      ${eachWindow(
        context.options,
        wgsl`${window("oy", "ox")}
          sum += dy[at] / f32(max((max(bottom, top) - top) * (max(right, left) - left), 1u));`,
      )}
      dx[e] = select(sum, 0.0, column >= wide);`,
    ),
});
