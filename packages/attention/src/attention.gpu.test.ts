import { evaluate, gather, random, tensor } from "@unroll/nn";
import { normal } from "@unroll/testing";
import { expect, test } from "vitest";
import { selectRows, selectState } from "./attention";
import { CoverageAttention, DotAttention } from "./scores";
import { toTensor } from "./test-support/check-attention";
import { useTestDevice } from "./test-support/device";

useTestDevice();

test("rows of a memory and of a state are picked, repeated and put in order", async () => {
  const attention = new CoverageAttention(3, 4, { fertility: 2, rng: random(1) });
  const prepared = attention.prepare(toTensor(normal([3, 5, 4], { seed: 1 })), { lengths: [5, 2, 4] });
  const query = toTensor(normal([3, 3], { seed: 2 }));
  const first = attention.attend(query, prepared);
  const second = attention.attend(query, prepared, first.state);

  const rows = tensor([2, 0, 2, 1], { dtype: "u32" });
  const picked = attention.attend(gather(query, rows), selectRows(prepared, rows), selectState(first.state, rows));
  const expected = [second.context, second.weights, second.state.coverage].map((of) => gather(of, rows));
  const actual = [picked.context, picked.weights, picked.state.coverage];
  await evaluate([...expected, ...actual]);
  for (const [k, of] of actual.entries()) expect(await of.data()).toEqual(await expected[k]?.data());
  expect(picked.context.shape).toEqual([4, 4]);
});

test("keys that are the memory itself stay that, and a memory without lengths has none", () => {
  const prepared = new DotAttention(4).prepare(toTensor(normal([3, 5, 4], { seed: 1 })));
  const picked = selectRows(prepared, tensor([1], { dtype: "u32" }));
  expect(picked.keys).toBe(picked.memory);
  expect([picked.lengths, picked.memory.shape]).toEqual([undefined, [1, 5, 4]]);
});
