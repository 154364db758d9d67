import { embeddingKernels, NO_PADDING, ValueError } from "@unroll/kernels";
import { defineOp } from "../autograd/define-op";
import { hostValues } from "../graph/node";
import { run } from "../graph/run";
import { FLOATS } from "../tensor/dtype";
import { expectKnown } from "../tensor/known-options";
import { type Scalar, scalar } from "../tensor/scalar";
import { expectDType, expectShape } from "../tensor/shape";
import type { Tensor } from "../tensor/tensor";
import { firstOutside } from "./host-check";

const gathered = defineOp<
  { table: Tensor; ids: Tensor },
  { padding: Scalar },
  { rows: Tensor },
  { table: Tensor; ids: Tensor }
>({
  name: "embedding",
  forward(inputs) {
    const { table, ids } = inputs;
    const [V, D] = table.shape as [number, number];
    const { forward, D: columns } = embeddingKernels(D);
    const call = {
      dims: { N: ids.size, V, D: columns },
      shapes: { out: [...ids.shape, D] },
      dtypes: { out: table.dtype },
    };
    const { out } = run(forward, inputs, call);
    return { out: { rows: out }, saved: { table, ids } };
  },
  // dTable[v] = Σ of the gradients of the rows that v was looked up for, in f32 even where the table is of halves.
  backward({ rows: dOut }, { table, ids }, _, { padding }) {
    if (!dOut) return {};
    const [V, D] = table.shape as [number, number];
    const { backward, D: columns } = embeddingKernels(D);
    const dims = { N: ids.size, V, D: columns };
    return {
      table: run(backward, { dOut, ids }, { dims, scalars: { paddingId: padding }, shapes: { dTable: table.shape } })
        .dTable,
    };
  },
});

/**
 * Rows of a table: out[..., :] = table[ids[...], :].
 * @param table [V, D]
 * @param ids [...] of u32 or i32
 * @param options.paddingId an id whose row gets no gradient
 * @returns [..., D] of the dtype of the table
 * @throws ValueError if an id on the host is not a row of the table; one made on the device gives zeros
 */
export function embedding(table: Tensor, ids: Tensor, options: { paddingId?: number } = {}): Tensor {
  const { paddingId = NO_PADDING } = expectKnown("embedding", options, ["paddingId"]);
  expectDType("embedding", { table }, ...FLOATS);
  expectDType("embedding", { ids }, "u32", "i32");
  const { V } = expectShape("embedding", { table }, ["V", "D"]) as { V: number };
  const known = hostValues(ids);
  const at = known ? firstOutside(known, V) : -1;
  if (at >= 0) {
    throw new ValueError({
      where: "embedding",
      what: `ids[${at}]`,
      expected: `a row of the table, 0 to ${V - 1}`,
      received: String(known?.[at]),
      remedy: "Encode with the vocabulary that the table was made for, or give unknown tokens an id of their own.",
    });
  }
  return gathered({ table, ids }, { padding: scalar(paddingId) }).rows;
}
