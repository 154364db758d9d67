import { type DeviceFacts, defineKernel, type Variant, type VariantFacts, wgsl } from "../core";
import { chooseLanesTile } from "../matmul/lanes";
import { chooseTile, tiledPlan } from "../matmul/tile";
import {
  bindings,
  type ConvDims,
  cost,
  dims,
  INPUT,
  inputBindings,
  OUTPUT,
  options,
  steps,
  TAPS,
  weightBindings,
  weightDims,
} from "./definition";
import { eachColumn, eachRead, entry, findTile, step, store, zeros } from "./tile";

/*
 * Convolutions as matrix products whose second matrix is never made: rows are output channels, columns are pixels of all
 * images, and what a column is multiplied with is looked up in its image. Each invocation holds a block of sums, so a
 * number that was read takes part in many products.
 *
 * Gains over the plain kernels, measured in Chromium on 2 cores with lavapipe, in GFLOP/s of the plain kernel, a block in
 * registers, and one shared by 8 lanes: 32 images of 32 channels, 16 x 16, by 3 x 3 to 64 channels 1.3, 12 and 22; its
 * input's gradient 1.0, 5.0 and 12, its weights' 1.0, 9.7 and 20; 100 steps of 64 features, 3 at a time, 1.2, 9.5 and 15.
 * With SwiftShader the block shared by 4 lanes makes the three of them 12, 12 and 18 times as fast as the plain kernels.
 * Gives up: a tile's overhang where there are few channels or pixels. The gradient of a filter of its own for each channel
 * is a tenth as fast, so there the plain kernel makes it.
 */

const tileOf = (lanes: number, M: number, N: number) => (lanes > 0 ? chooseLanesTile(lanes, M, N) : chooseTile(M, N));

const named = (name: string, lanes: number): string => (lanes > 0 ? `${name}_lanes_${lanes}` : `${name}_tiled`);

/**
 * y: rows are the output channels of a group, columns the pixels of all outputs. A pixel's place in the input is found
 * once for each tap, then all channels of that tap are added.
 */
const tiledConv2d = (lanes: number) =>
  defineKernel({
    name: named("conv2d", lanes),
    dims,
    options,
    bindings,
    plan: ({ N, G, O, OH, OW }, limits) => {
      const size = { M: O, N: N * OH * OW };
      return tiledPlan(tileOf(lanes, size.M, size.N), { Z: G, ...size }, limits);
    },
    cost,
    wgsl: (plan, { options: { channels }, has }) => {
      const holding = { plan, lanes };
      const [x, y] = [steps(channels, INPUT), steps(channels, OUTPUT)];
      const [rows, cols] = ["dims.O", "pixels"];
      return wgsl`
    ${entry(holding)}
      let pixels = dims.N * ${OUTPUT.pixels};
      ${findTile(holding, { Z: "dims.G", rows, cols })}
      ${eachRead(holding, rows, (i, m) => `let w${i} = (z * dims.O + ${m}) * dims.C * ${TAPS};`)}
      ${eachColumn(
        holding,
        cols,
        (j, n) => wgsl`
      let n${j} = ${n};
      let top${j} = n${j} % ${OUTPUT.pixels} / dims.OW * dims.sH - dims.pH; // above the image it wraps round
      let left${j} = n${j} % dims.OW * dims.sW - dims.pW;
      let image${j} = (n${j} / ${OUTPUT.pixels} * ${INPUT.all} * dims.H * dims.W) + z * dims.C * ${x.channel};`,
      )}
      ${zeros(holding)}
      for (var tap = 0u; tap < ${TAPS}; tap++) {
        ${eachColumn(
          holding,
          cols,
          (j) => wgsl`
        let iy${j} = top${j} + tap / dims.kW * dims.dH;
        let ix${j} = left${j} + tap % dims.kW * dims.dW;
        let isIn${j} = (iy${j} < dims.H) & (ix${j} < dims.W);
        let at${j} = image${j} + select(0u, (iy${j} * dims.W + ix${j}) * ${x.pixel}, isIn${j});`,
        )}
        for (var c = 0u; c < dims.C; c++) {
          ${step(holding, {
            a: (i) => `w[w${i} + c * ${TAPS} + tap]`,
            b: (j) => `select(0.0, x[at${j} + c * ${x.channel}], isIn${j})`,
          })}
        }
      }
      ${store(
        holding,
        rows,
        cols,
        wgsl`
          let to = n / ${OUTPUT.pixels} * ${OUTPUT.all} * ${OUTPUT.pixels} + n % ${OUTPUT.pixels} * ${y.pixel};
          y[to + (z * dims.O + m) * ${y.channel}] = value${has.bias ? " + bias[z * dims.O + m]" : ""};`,
      )}
    }`;
    },
  });

/**
 * dx: rows are the input channels of a group. Pixels of one remainder by the stride are met by the same taps, so the
 * columns of a tile are of one remainder, and the taps that meet none of them are passed over.
 */
const tiledConv2dInput = (lanes: number) =>
  defineKernel({
    name: named("conv2d_backward_input", lanes),
    dims,
    options,
    bindings: inputBindings,
    plan: ({ N, G, C, H, W, sH, sW }, limits) => {
      const size = { M: C, N: N * Math.ceil(H / sH) * Math.ceil(W / sW) };
      return tiledPlan(tileOf(lanes, size.M, size.N), { Z: G * sH * sW, ...size }, limits);
    },
    cost,
    wgsl: (plan, { options: { channels } }) => {
      const holding = { plan, lanes };
      const [x, y] = [steps(channels, INPUT), steps(channels, OUTPUT)];
      const [rows, cols] = ["dims.C", "pixels"];
      const meets = (first: string, k: string, s: string, d: string, extent: string): string =>
        `(${first} + ${s} * ${d} * ${extent} - ${k} * ${d}) % ${s} == 0u`;
      return wgsl`
    ${entry(holding)}
      let high = (dims.H + dims.sH - 1u) / dims.sH; // pixels of one remainder
      let wide = (dims.W + dims.sW - 1u) / dims.sW;
      let pixels = dims.N * high * wide;
      ${findTile(holding, { Z: "dims.G * dims.sH * dims.sW", rows, cols })}
      let g = z / (dims.sH * dims.sW);
      let firstRow = z / dims.sW % dims.sH;
      let firstColumn = z % dims.sW;
      ${eachRead(holding, rows, (i, m) => `let w${i} = (g * dims.O * dims.C + ${m}) * ${TAPS};`)}
      ${eachColumn(
        holding,
        cols,
        (j, n) => wgsl`
      let n${j} = ${n};
      let down${j} = i32(firstRow + n${j} / wide % high * dims.sH + dims.pH);
      let across${j} = i32(firstColumn + n${j} % wide * dims.sW + dims.pW);
      let image${j} = (n${j} / (high * wide) * ${OUTPUT.all} * dims.OH * dims.OW) + g * dims.O * ${y.channel};`,
      )}
      ${zeros(holding)}
      for (var tap = 0u; tap < ${TAPS}; tap++) {
        let ky = tap / dims.kW;
        let kx = tap % dims.kW;
        let isMet = ${meets("firstRow + dims.pH", "ky", "dims.sH", "dims.dH", "dims.kH")};
        if (!isMet | !(${meets("firstColumn + dims.pW", "kx", "dims.sW", "dims.dW", "dims.kW")})) { continue; }
        ${eachColumn(
          holding,
          cols,
          (j) => wgsl`
        let oy${j} = u32((down${j} - i32(ky * dims.dH)) / i32(dims.sH)); // one below zero wraps round, past any height
        let ox${j} = u32((across${j} - i32(kx * dims.dW)) / i32(dims.sW));
        let isIn${j} = (oy${j} < dims.OH) & (ox${j} < dims.OW);
        let at${j} = image${j} + select(0u, (oy${j} * dims.OW + ox${j}) * ${y.pixel}, isIn${j});`,
        )}
        for (var o = 0u; o < dims.O; o++) {
          ${step(holding, {
            a: (i) => `w[w${i} + o * dims.C * ${TAPS} + tap]`,
            b: (j) => `select(0.0, dy[at${j} + o * ${y.channel}], isIn${j})`,
          })}
        }
      }
      ${store(
        holding,
        rows,
        cols,
        wgsl`
          let iy = firstRow + n / wide % high * dims.sH;
          let ix = firstColumn + n % wide * dims.sW;
          if ((iy >= dims.H) | (ix >= dims.W)) { continue; }
          let to = n / (high * wide) * ${INPUT.all} * ${INPUT.pixels} + (iy * dims.W + ix) * ${x.pixel};
          dx[to + (g * dims.C + m) * ${x.channel}] = value;`,
      )}
    }`;
    },
  });

/** dw: rows are the output channels of a group, columns its weights; the sums run over the pixels of all outputs. */
const tiledConv2dWeight = (lanes: number) =>
  defineKernel({
    name: named("conv2d_backward_weight", lanes),
    dims: weightDims,
    options,
    bindings: weightBindings,
    plan: ({ S, G, O, C, kH, kW }, limits) => {
      const size = { M: O, N: C * kH * kW };
      return tiledPlan(tileOf(lanes, size.M, size.N), { Z: S * G, ...size }, limits);
    },
    cost,
    wgsl: (plan, { options: { channels } }) => {
      const holding = { plan, lanes };
      const [x, y] = [steps(channels, INPUT), steps(channels, OUTPUT)];
      const [rows, cols] = ["dims.O", "weights"];
      return wgsl`
    ${entry(holding)}
      let weights = dims.C * ${TAPS};
      ${findTile(holding, { Z: "dims.S * dims.G", rows, cols })}
      let g = z % dims.G;
      let images = dims.N / dims.S;
      let first = z / dims.G * images;
      ${eachRead(holding, rows, (i, m) => `let d${i} = (g * dims.O + ${m}) * ${y.channel};`)}
      ${eachColumn(
        holding,
        cols,
        (j, n) => wgsl`
      let n${j} = ${n};
      let top${j} = n${j} % ${TAPS} / dims.kW * dims.dH - dims.pH; // above the image it wraps round
      let left${j} = n${j} % dims.kW * dims.dW - dims.pW;
      let channel${j} = (g * dims.C + n${j} / ${TAPS}) * ${x.channel};`,
      )}
      ${zeros(holding)}
      for (var n = first; n < first + images; n++) {
        for (var oy = 0u; oy < dims.OH; oy++) {
          let image = n * ${INPUT.all} * ${INPUT.pixels};
          let line = (n * ${OUTPUT.all} * dims.OH * dims.OW) + oy * dims.OW * ${y.pixel};
          ${eachColumn(
            holding,
            cols,
            (j) => wgsl`
          let iy${j} = top${j} + oy * dims.sH;
          let line${j} = image + channel${j} + iy${j} * dims.W * ${x.pixel};
          let width${j} = select(0u, dims.W, iy${j} < dims.H);`,
          )}
          for (var ox = 0u; ox < dims.OW; ox++) {
            ${eachColumn(
              holding,
              cols,
              (j) => wgsl`
            let ix${j} = left${j} + ox * dims.sW;
            let isIn${j} = ix${j} < width${j};`,
            )}
            ${step(holding, {
              a: (i) => `dy[line + d${i} + ox * ${y.pixel}]`,
              b: (j) => `select(0.0, x[select(0u, line${j} + ix${j} * ${x.pixel}, isIn${j})], isIn${j})`,
            })}
          }
        }
      }
      ${store(holding, rows, cols, "dw[(z * dims.O + m) * weights + n] = value;")}
    }`;
    },
  });

/** Rows and columns of the product that a kernel makes: output channels by pixels, and so on. */
type Extents = (dims: ConvDims) => { readonly M: number; readonly N: number };

/** What is expected of a variant where a group has but one output, which leaves little to share. */
interface Alone {
  readonly tiled: number;
  readonly lanes: number;
}

function tiledSpeed(
  lanes: number,
  { extents, alone }: { readonly extents: Extents; readonly alone: Alone },
  { dims }: VariantFacts,
  { adapter, features }: DeviceFacts,
): number {
  const { M, N } = extents(dims as ConvDims);
  if (M * N === 0) return 0;
  if (lanes === 0) return M === 1 ? alone.tiled : 8;
  const isOneSize = adapter.subgroupMinSize === lanes && adapter.subgroupMaxSize === lanes;
  if (!adapter.isSoftware || !isOneSize || !features.has("subgroups")) return 0;
  return M === 1 ? alone.lanes : 2 * lanes;
}

function variantsOf(define: (lanes: number) => Variant["kernel"], extents: Extents, alone: Alone): readonly Variant[] {
  return [0, 4, 8].map((lanes) => ({
    kernel: define(lanes),
    why: lanes > 0 ? `weights read once by ${lanes} lanes for all of them` : "a block of sums in registers",
    speed: (call, device) => tiledSpeed(lanes, { extents, alone }, call, device),
  }));
}

export const conv2dVariants = variantsOf(tiledConv2d, ({ O, N, OH, OW }) => ({ M: O, N: N * OH * OW }), {
  tiled: 1.8,
  lanes: 1.9,
});
export const conv2dInputVariants = variantsOf(tiledConv2dInput, ({ C, N, H, W }) => ({ M: C, N: N * H * W }), {
  tiled: 1.3,
  lanes: 1.5,
});
export const conv2dWeightVariants = variantsOf(tiledConv2dWeight, ({ O, C, kH, kW }) => ({ M: O, N: C * kH * kW }), {
  tiled: 0.1,
  lanes: 0.6,
});
