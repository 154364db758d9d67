import { defineKernel, flatPlan, type Limits, perCall, perModel, read, wgsl, write } from "../core";
import type { DotProductDims, DotProductOptions } from "./dot-product";
import * as definition from "./dot-product";
import {
  addBlock,
  BLOCK,
  capSlope,
  dots,
  each,
  eachPair,
  type Layout,
  load,
  ownCount,
  ownPlace,
  queryColumn,
  scoreFunctions,
  storeSums,
  sums,
  type TiledPlan,
  tell,
  tileHead,
  tilePlan,
} from "./dot-product-code";
import { layoutName, withLayouts } from "./dot-product-layouts";

/**
 * What the gradients need of each row of queries: (logSum, δ) with δ_t = Σ_s p_ts·dp_ts = dOut_t·out_t (Dao et al. 2022,
 * appendix B.4).
 */
export const dotProductAttentionStatistics = defineKernel({
  name: "dot_product_attention_statistics",
  dims: { R: perCall("rows of queries"), E: perModel("features of a value") },
  bindings: {
    out: read("f32", "R E"),
    dOut: read("f32", "R E"),
    logSum: read("f32", "R"),
    statistics: write("vec2f", "R"),
  },
  plan: ({ R }, limits) => flatPlan(R, limits),
  cost: ({ R, E }) => ({ flops: 2 * R * E, bytes: 8 * R * E }),
  wgsl: (plan, { dims: { E } }) => wgsl`
    @compute @workgroup_size(${plan.workgroupSize})
    fn main(@builtin(global_invocation_id) id: vec3u) {
      let row = id.x + id.y * ${plan.width}u;
      if (row >= dims.R) { return; }
      var delta = 0.0;
      for (var e = 0u; e < ${E}u; e++) { delta = fma(out[row * ${E}u + e], dOut[row * ${E}u + e], delta); }
      statistics[row] = vec2f(logSum[row], delta);
    }`,
});

const inputs = {
  q: definition.queries,
  k: definition.keys,
  v: definition.values,
  dOut: definition.outputs,
  statistics: read("vec2f", "B T N"),
  terms: definition.terms,
};

const defineQueryGradient = (layout: Layout) =>
  defineKernel({
    name: layoutName("dot_product_attention_query_gradient", layout),
    dims: definition.dims,
    options: definition.options,
    scalars: definition.scalars,
    check: definition.check,
    bindings: { ...inputs, dq: definition.ofQueries },
    plan: ({ B, T, N }, limits: Limits) => tilePlan(layout, T, B * N, limits),
    cost: ({ B, T, S, N, M, D, E }, { causal }) => ({
      flops: (causal ? 1 : 2) * B * N * T * S * (2 * D + E),
      bytes: 4 * B * (N * T * (2 * D + E) + M * S * (D + E)),
    }),
    wgsl: (plan, { dims, options }) => queryCode(plan, dims, options),
  });

/**
 * dq_t = scale·Σ_s da_ts·k_s,   da_ts = p_ts·(dp_ts − δ_t),   dp_ts = dOut_t·v_s,   p_ts = e^(a_ts − logSum_t)
 * (Dao et al. 2022, algorithm 4). The a are made again as forward made them; with softcap, da is times its slope.
 */
export const dotProductAttentionQueryGradient = withLayouts(defineQueryGradient, { dim: "T", rows: 4 });

function queryCode(plan: TiledPlan, dims: DotProductDims, o: DotProductOptions): string {
  const { layout } = plan;
  const { rows } = layout;
  const { N, D, E } = dims;
  const { column, end, key } = queryColumn(plan, dims, o);
  return wgsl`
    ${scoreFunctions(o, dims)}
    ${load("q", D, layout)}
    ${load("k", D, layout)}
    ${load("v", E, layout)}
    ${load("dOut", E, layout)}
    ${tileHead(plan, { rows: "dims.T", columns: `dims.B * ${N}u` }, ["da"])}
      ${column}
      ${each(
        rows,
        (r) => wgsl`
      let t${r} = min(own + ${r}u, dims.T - 1u);
      let qRow${r} = (b * dims.T + t${r}) * ${N}u + n;
      let dOutRow${r} = qRow${r};
      let known${r} = statistics[qRow${r}];`,
      )}
      ${sums("slope", D, layout)}
      ${end}
      for (var s = 0u; s < end; s += ${BLOCK}u) {
        ${each(ownCount(layout), (k) => `let s${k} = s + ${ownPlace(layout, k)}; let kRow${k} = ${key(ownPlace(layout, k))}; let vRow${k} = kRow${k};`)}
        ${dots("dot", "q", "k", D, layout)}
        ${dots("dp", "dOut", "v", E, layout)}
        ${eachPair(
          layout,
          (r, k) => wgsl`
        let x${r}_${k} = capped(dot${r}_${k});
        let p${r}_${k} = weightOf(scored(x${r}_${k}, b, n, t${r}, s${k}), known${r}.x);
        let kept${r}_${k} = ${o.dropout ? `keep(column, t${r}, s${k}) * ` : ""}dp${r}_${k};
        let da${r}_${k} = p${r}_${k} * (kept${r}_${k} - known${r}.y)${capSlope(o, `x${r}_${k}`)};`,
        )}
        ${layout.talk === "memory" ? "workgroupBarrier();" : ""}
        ${tell(["da"], layout)}
        ${addBlock([{ name: "slope", array: "k", extent: D, weights: "da" }], key("j"), layout)}
      }
      ${each(rows, (r) => `if (own + ${r}u < dims.T) { ${storeSums("slope", "dq", D, layout, { r, row: `qRow${r}`, factor: "dims.scale" })} }`)}
    }`;
}

const defineKeyGradients = (layout: Layout) =>
  defineKernel({
    name: layoutName("dot_product_attention_key_gradients", layout),
    dims: definition.dims,
    options: definition.options,
    scalars: definition.scalars,
    check: definition.check,
    bindings: { ...inputs, dk: definition.ofKeys, dv: definition.ofValues },
    plan: ({ B, S, M }, limits: Limits) => tilePlan(layout, S, B * M, limits),
    cost: ({ B, T, S, N, M, D, E }, { causal }) => ({
      flops: (causal ? 2 : 4) * B * N * T * S * (D + E),
      bytes: 4 * B * (N * T * (D + E) + 2 * M * S * (D + E)),
    }),
    wgsl: (plan, { dims, options }) => keyCode(plan, dims, options),
  });

/**
 * dk_s = scale·Σ_t da_ts·q_t,   dv_s = Σ_t p_ts·dOut_t, over the heads that share the key, one after another, and over the
 * queries of each in order. An invocation owns its keys, so nothing is added from two sides.
 */
export const dotProductAttentionKeyGradients = withLayouts(defineKeyGradients, { dim: "S", rows: 4 });

function keyCode(plan: TiledPlan, dims: DotProductDims, o: DotProductOptions): string {
  const { layout } = plan;
  const { rows } = layout;
  const { N, M, D, E } = dims;
  const group = N / M;
  const query = (at: string): string => `(b * dims.T + min(t + ${at}, dims.T - 1u)) * ${N}u + n`;
  return wgsl`
    ${scoreFunctions(o, dims)}
    ${load("q", D, layout)}
    ${load("k", D, layout)}
    ${load("v", E, layout)}
    ${load("dOut", E, layout)}
    ${tileHead(plan, { rows: "dims.S", columns: `dims.B * ${M}u` }, ["da", "p"])}
      let b = column / ${M}u;
      let keyHead = column % ${M}u;
      ${each(
        rows,
        (r) => wgsl`
      let s${r} = min(own + ${r}u, dims.S - 1u);
      let kRow${r} = (b * dims.S + s${r}) * ${M}u + keyHead;
      let vRow${r} = kRow${r};`,
      )}
      ${sums("ofKey", D, layout)}
      ${sums("ofValue", E, layout)}
      let start = ${o.causal ? `u32(max(i32(firstRow) - place(b, 0u), 0)) / ${BLOCK}u * ${BLOCK}u` : "0u"};
      let end = select(dims.T, 0u, firstRow >= keyCount(b));
      for (var n = keyHead * ${group}u; n < (keyHead + 1u) * ${group}u; n++) {
        for (var t = start; t < end; t += ${BLOCK}u) {
          ${each(ownCount(layout), (k) => `let t${k} = min(t + ${ownPlace(layout, k)}, dims.T - 1u); let qRow${k} = ${query(ownPlace(layout, k))}; let dOutRow${k} = qRow${k}; let known${k} = statistics[qRow${k}];`)}
          ${dots("dot", "k", "q", D, layout)}
          ${dots("dp", "v", "dOut", E, layout)}
          ${eachPair(
            layout,
            (r, k) => wgsl`
          let x${r}_${k} = capped(dot${r}_${k});
          let isIn${r}_${k} = t + ${ownPlace(layout, k)} < dims.T;
          let weight${r}_${k} = weightOf(select(NOTHING, scored(x${r}_${k}, b, n, t${k}, s${r}), isIn${r}_${k}), known${k}.x);
          let kept${r}_${k} = ${o.dropout ? `keep(b * ${N}u + n, t${k}, s${r})` : "1.0"};
          let da${r}_${k} = weight${r}_${k} * (kept${r}_${k} * dp${r}_${k} - known${k}.y)${capSlope(o, `x${r}_${k}`)};
          let p${r}_${k} = kept${r}_${k} * weight${r}_${k};`,
          )}
          ${layout.talk === "memory" ? "workgroupBarrier();" : ""}
          ${tell(["da", "p"], layout)}
          ${addBlock(
            [
              { name: "ofKey", array: "q", extent: D, weights: "da" },
              { name: "ofValue", array: "dOut", extent: E, weights: "p" },
            ],
            query("j"),
            layout,
          )}
        }
      }
      ${each(
        rows,
        (r) => wgsl`
      if (own + ${r}u < dims.S) {
        ${storeSums("ofKey", "dk", D, layout, { r, row: `kRow${r}`, factor: "dims.scale" })}
        ${storeSums("ofValue", "dv", E, layout, { r, row: `vRow${r}`, factor: "1.0" })}
      }`,
      )}
    }`;
}
