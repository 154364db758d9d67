import { type AnyKernel, type DeviceFacts, type VariantFacts, type VariedKernel, withVariants } from "../core";
import { BLOCK, type Layout } from "./dot-product-code";

/** The name of a kernel in one of its layouts. */
export const layoutName = (name: string, { rows, lanes, talk }: Layout): string =>
  talk === "memory" ? `${name}${rows > 1 ? `_rows_${rows}` : ""}` : `${name}_lanes_${lanes}`;

/**
 * A kernel in all its layouts: they add the same terms in the same order, and so give the same bits.
 *
 * The plain one talks through workgroup memory, two barriers to a block. On a software adapter a barrier costs more than
 * the block's work, and an invocation is one lane of a processor's vector; there a subgroup is a workgroup and its lanes
 * read from one another (as `matmul_lanes` does), where all subgroups have one known size.
 *
 * Gains: the memory of the scores, and half of the work where half of them is masked. Gives up: gradients make the scores
 * twice again, and rows of heads are read in smaller tiles than a matmul's. Milliseconds beside those of the same by products
 * and a softmax of tensors, [2, 256, 4 heads of 64] on two busy cores: lavapipe, causal, forward 14 and 26, with gradients 95
 * and 59; all keys, 30 and 24, 169 and 52. SwiftShader, causal, forward 52 and 181; all keys, 102 and 84.
 * @param dim the rows that it deals out
 * @param rows that a lane of a subgroup holds: more share a load, until they no longer fit the registers
 */
export function withLayouts<K extends AnyKernel>(
  define: (layout: Layout) => K,
  { dim, rows }: { dim: "T" | "S"; rows: number },
): VariedKernel<K> {
  const rowsOf = ({ dims }: VariantFacts): number => dims[dim] ?? 0;
  const memory = (held: number): Layout => ({ rows: held, lanes: BLOCK, talk: "memory", sets: 8 });
  return withVariants(define(memory(1)), [
    {
      kernel: define(memory(4)),
      why: "four rows to a lane, which reads a block once for all of them",
      // A software adapter takes ten seconds and more to compile it, its barriers being the points at which lanes take turns.
      speed: (call, { adapter }) => (adapter.isSoftware ? 0 : rowsOf(call) > 16 ? 1.5 : 0.5),
    },
    ...[4, 8].map((lanes) => ({
      kernel: define({ rows, lanes, talk: "subgroup", sets: 1 }),
      why: `${lanes} lanes read from one another: no barrier`,
      speed: (_: VariantFacts, { adapter, features }: DeviceFacts) => {
        const isOneSize = adapter.subgroupMinSize === lanes && adapter.subgroupMaxSize === lanes;
        return adapter.isSoftware && isOneSize && features.has("subgroups") ? 5 : 0;
      },
    })),
  ]);
}
