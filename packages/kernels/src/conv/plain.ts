import { defineKernel, flatPlan, wgsl } from "../core";
import {
  bindings,
  type ConvOptions,
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

/*
 * The three kernels at their plainest, an invocation for each result. Every result is one sum by `fma`, in the order of
 * the loops below, and each step outside of an image adds a product with zero: the tiled variants give the same bits.
 */

/** WGSL that says which image `n`, group `g`, channel of it `own` and pixel `row`, `column` the element `e` is of. */
function whereIs(channels: ConvOptions["channels"], of: typeof INPUT | typeof OUTPUT, width: string): string {
  const [pixel, channel, image] =
    channels === "first"
      ? [`e % ${of.pixels}`, `e / ${of.pixels} % ${of.all}`, `e / ${of.pixels} / ${of.all}`]
      : [`e / ${of.all} % ${of.pixels}`, `e % ${of.all}`, `e / ${of.all} / ${of.pixels}`];
  return wgsl`
      let n = ${image};
      let g = ${channel} / ${of.own};
      let own = ${channel} % ${of.own};
      let row = ${pixel} / ${width};
      let column = ${pixel} % ${width};`;
}

/** y[n, o, i, j] = b[o] + Σ w[o, c, a, b]·x[n, c, i·s + a·d − p, j·s + b·d − p] over the kernel's taps and then channels. */
export const plainConv2d = defineKernel({
  name: "conv2d",
  dims,
  options,
  bindings,
  plan: ({ N, G, O, OH, OW }, limits) => flatPlan(N * G * O * OH * OW, limits),
  cost,
  wgsl: (plan, { options: { channels }, has }) => {
    const x = steps(channels, INPUT);
    return wgsl`
    @compute @workgroup_size(${plan.workgroupSize})
    fn main(@builtin(global_invocation_id) id: vec3u) {
      let e = id.x + id.y * ${plan.width}u;
      if (e >= dims.N * ${OUTPUT.all} * ${OUTPUT.pixels}) { return; }
      ${whereIs(channels, OUTPUT, "dims.OW")}
      let image = n * ${INPUT.all} * ${INPUT.pixels} + g * dims.C * ${x.channel};
      var sum = 0.0;
      for (var ky = 0u; ky < dims.kH; ky++) {
        for (var kx = 0u; kx < dims.kW; kx++) {
          let iy = row * dims.sH + ky * dims.dH - dims.pH; // above the image it wraps round, past any height
          let ix = column * dims.sW + kx * dims.dW - dims.pW;
          let isIn = (iy < dims.H) & (ix < dims.W);
          let at = image + select(0u, (iy * dims.W + ix) * ${x.pixel}, isIn);
          for (var c = 0u; c < dims.C; c++) {
            let weight = w[(((g * dims.O + own) * dims.C + c) * dims.kH + ky) * dims.kW + kx];
            sum = fma(weight, select(0.0, x[at + c * ${x.channel}], isIn), sum);
          }
        }
      }
      y[e] = sum${has.bias ? " + bias[g * dims.O + own]" : ""};
    }`;
  },
});

/** dx[n, c, h, v] = Σ w[o, c, a, b]·dy[n, o, i, j] over the taps with i·s + a·d − p = h and j·s + b·d − p = v, then o. */
export const plainConv2dInput = defineKernel({
  name: "conv2d_backward_input",
  dims,
  options,
  bindings: inputBindings,
  plan: ({ N, G, C, H, W }, limits) => flatPlan(N * G * C * H * W, limits),
  cost,
  wgsl: (plan, { options: { channels } }) => {
    const y = steps(channels, OUTPUT);
    return wgsl`
    @compute @workgroup_size(${plan.workgroupSize})
    fn main(@builtin(global_invocation_id) id: vec3u) {
      let e = id.x + id.y * ${plan.width}u;
      if (e >= dims.N * ${INPUT.all} * ${INPUT.pixels}) { return; }
      ${whereIs(channels, INPUT, "dims.W")}
      let image = n * ${OUTPUT.all} * ${OUTPUT.pixels} + g * dims.O * ${y.channel};
      var sum = 0.0;
      for (var ky = 0u; ky < dims.kH; ky++) {
        for (var kx = 0u; kx < dims.kW; kx++) {
          let down = i32(row + dims.pH) - i32(ky * dims.dH);
          let across = i32(column + dims.pW) - i32(kx * dims.dW);
          if ((down % i32(dims.sH) != 0) | (across % i32(dims.sW) != 0)) { continue; }
          let oy = u32(down / i32(dims.sH)); // one below zero wraps round, past any height
          let ox = u32(across / i32(dims.sW));
          let isIn = (oy < dims.OH) & (ox < dims.OW);
          let at = image + select(0u, (oy * dims.OW + ox) * ${y.pixel}, isIn);
          for (var o = 0u; o < dims.O; o++) {
            let weight = w[(((g * dims.O + o) * dims.C + own) * dims.kH + ky) * dims.kW + kx];
            sum = fma(weight, select(0.0, dy[at + o * ${y.channel}], isIn), sum);
          }
        }
      }
      dx[e] = sum;
    }`;
  },
});

/** dw[s, o, c, a, b] = Σ dy[n, o, i, j]·x[n, c, i·s + a·d − p, j·s + b·d − p] over the images n of part s, rows and columns. */
export const plainConv2dWeight = defineKernel({
  name: "conv2d_backward_weight",
  dims: weightDims,
  options,
  bindings: weightBindings,
  plan: ({ S, G, O, C, kH, kW }, limits) => flatPlan(S * G * O * C * kH * kW, limits),
  cost,
  wgsl: (plan, { options: { channels } }) => {
    const [x, y] = [steps(channels, INPUT), steps(channels, OUTPUT)];
    return wgsl`
    @compute @workgroup_size(${plan.workgroupSize})
    fn main(@builtin(global_invocation_id) id: vec3u) {
      let e = id.x + id.y * ${plan.width}u;
      if (e >= dims.S * ${OUTPUT.all} * dims.C * ${TAPS}) { return; }
      let kx = e % dims.kW;
      let ky = e / dims.kW % dims.kH;
      let c = e / ${TAPS} % dims.C;
      let o = e / ${TAPS} / dims.C % ${OUTPUT.all};
      let s = e / ${TAPS} / dims.C / ${OUTPUT.all};
      let channel = (o / dims.O * dims.C + c) * ${x.channel};
      let images = dims.N / dims.S;
      var sum = 0.0;
      for (var n = s * images; n < (s + 1u) * images; n++) {
        for (var oy = 0u; oy < dims.OH; oy++) {
          for (var ox = 0u; ox < dims.OW; ox++) {
            let iy = oy * dims.sH + ky * dims.dH - dims.pH;
            let ix = ox * dims.sW + kx * dims.dW - dims.pW;
            let isIn = (iy < dims.H) & (ix < dims.W);
            let at = n * ${INPUT.all} * ${INPUT.pixels} + channel + (iy * dims.W + ix) * ${x.pixel};
            let d = dy[n * ${OUTPUT.all} * ${OUTPUT.pixels} + o * ${y.channel} + (oy * dims.OW + ox) * ${y.pixel}];
            sum = fma(d, select(0.0, x[select(0u, at, isIn)], isIn), sum);
          }
        }
      }
      dw[e] = sum;
    }`;
  },
});
