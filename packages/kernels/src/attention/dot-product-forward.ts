import { defineKernel, type Limits, optional, wgsl, write } from "../core";
import type { DotProductDims, DotProductOptions } from "./dot-product";
import * as definition from "./dot-product";
import {
  addBlock,
  BLOCK,
  dots,
  each,
  eachPair,
  highest,
  type Layout,
  load,
  ownCount,
  ownPlace,
  queryColumn,
  scaleSums,
  scoreFunctions,
  storeSums,
  sums,
  type TiledPlan,
  tell,
  tileHead,
  tilePlan,
} from "./dot-product-code";
import { layoutName, withLayouts } from "./dot-product-layouts";

const define = (layout: Layout) =>
  defineKernel({
    name: layoutName("dot_product_attention", layout),
    dims: definition.dims,
    options: definition.options,
    scalars: definition.scalars,
    check: definition.check,
    bindings: {
      q: definition.queries,
      k: definition.keys,
      v: definition.values,
      terms: definition.terms,
      out: definition.ofOutputs,
      logSum: optional(write("f32", "B T N")),
    },
    plan: ({ B, T, N }, limits: Limits) => tilePlan(layout, T, B * N, limits),
    cost: ({ B, T, S, N, M, D, E }, { causal }) => ({
      flops: (causal ? 1 : 2) * B * N * T * S * (D + E),
      bytes: 4 * B * (N * T * (D + E) + M * S * (D + E)),
    }),
    wgsl: (plan, { dims, options, has }) => code(plan, dims, options, has.logSum),
  });

/**
 * Attention of N heads over what M heads of keys and values give, M a divisor of N (Vaswani et al. 2017; Ainslie et al.
 * 2023 for M < N):   out_t = Σ_s p_ts·v_s,   p_ts = e^(a_ts)/Σ_u e^(a_tu),   a_ts = scale·q_t·k_s + what `terms` add
 *
 * No a or p is ever stored: keys come in blocks of eight, and with each the sums are brought to the highest score so far
 * (online softmax: Milakov & Gimelshein 2018; Dao et al., FlashAttention, 2022):
 *   m' = max(m, a_ts …),   l' = e^(m − m')·l + Σ e^(a_ts − m'),   o' = e^(m − m')·o + Σ e^(a_ts − m')·v_s
 * `logSum` = m + ln l of each row is all that backward needs to make the p again. A row that sees no key gives zeros.
 *
 * All sums are in the order of the keys; a masked key adds exact zeros and changes no factor, so padding changes no bit.
 */
export const dotProductAttention = withLayouts(define, { dim: "T", rows: 8 });

function code(plan: TiledPlan, dims: DotProductDims, o: DotProductOptions, hasLogSum: boolean): string {
  const { layout } = plan;
  const { rows } = layout;
  const { N, D, E } = dims;
  const { column, end, key } = queryColumn(plan, dims, o);
  return wgsl`
    ${scoreFunctions(o, dims)}
    ${load("q", D, layout)}
    ${load("k", D, layout)}
    ${load("v", E, layout)}
    ${tileHead(plan, { rows: "dims.T", columns: `dims.B * ${N}u` }, ["a", "p"])}
      ${column}
      ${each(rows, (r) => `let t${r} = min(own + ${r}u, dims.T - 1u); let qRow${r} = (b * dims.T + t${r}) * ${N}u + n;`)}
      ${each(rows, (r) => `var highest${r} = NOTHING; var total${r} = 0.0;`)}
      ${sums("mixed", E, layout)}
      ${end}
      for (var s = 0u; s < end; s += ${BLOCK}u) {
        ${each(ownCount(layout), (k) => `let s${k} = s + ${ownPlace(layout, k)}; let kRow${k} = ${key(ownPlace(layout, k))};`)}
        ${dots("dot", "q", "k", D, layout)}
        ${eachPair(layout, (r, k) => `let a${r}_${k} = scored(capped(dot${r}_${k}), b, n, t${r}, s${k});`)}
        ${tell(["a"], layout)}
        ${each(
          rows,
          (r) => wgsl`
        ${highest(`now${r}`, `highest${r}`, "a", r, layout)}
        let before${r} = select(exp(highest${r} - now${r}), 1.0, now${r} == highest${r});
        highest${r} = now${r};
        ${scaleSums("mixed", E, layout, r, `before${r}`)}`,
        )}
        ${eachPair(layout, (r, k) => `let p${r}_${k} = weightOf(a${r}_${k}, now${r});`)}
        ${tell(["p"], layout)}
        ${addBlock(
          [
            {
              ...{ name: "mixed", array: "v", extent: E, weights: "p" },
              weight: (r) => (o.dropout ? `w * keep(column, t${r}, s + j)` : "w"),
            },
          ],
          key("j"),
          layout,
          (r) => `total${r} = fma(total${r}, select(1.0, before${r}, j == 0u), w);`,
        )}
      }
      ${each(
        rows,
        (r) => wgsl`
      if (own + ${r}u < dims.T) {
        let share = select(0.0, 1.0 / total${r}, total${r} > 0.0);
        ${storeSums("mixed", "out", E, layout, { r, row: `qRow${r}`, factor: "share" })}
        ${hasLogSum ? `if (lane == 0u) { logSum[qRow${r}] = highest${r} + log(select(1.0, total${r}, total${r} > 0.0)); }` : ""}
      }`,
      )}
    }`;
}
