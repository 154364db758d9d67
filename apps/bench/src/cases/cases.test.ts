import { benches } from "@unroll/kernels/benches";
import { expect, test } from "vitest";
import { rowKey } from "../report";
import { familyNames, selectCases } from ".";
import { kernelShape } from "./shape";
import { recurrentWork } from "./work";

const all = (await Promise.all(familyNames.map((family) => selectCases({ families: [family], filter: "" })))).flat();

test("no two cases have one name, shape and pass, by which runs are compared", () => {
  const keys = all.map(rowKey);
  expect(keys.filter((key, index) => keys.indexOf(key) !== index)).toEqual([]);
});

test("every kernel, cell and model is there, and all work is counted", () => {
  const names = new Set(all.map(({ name }) => name));
  for (const { kernel } of benches) expect(names).toContain(kernel.name);
  for (const name of [
    "RNN",
    "LSTM",
    "GRU",
    "char-step-1",
    "char-step-2",
    "names-step-1",
    "names-step-64",
    "beam-search",
  ]) {
    expect(names).toContain(name);
  }
  for (const one of all) {
    expect(one.work.flops + one.work.bytes, rowKey(one)).toBeGreaterThan(0);
    expect(Number.isFinite(one.work.flops * one.work.bytes), rowKey(one)).toBe(true);
  }
});

test("layers run forward, backward and in steps", () => {
  const passes = (name: string) => [...new Set(all.filter((one) => one.name === name).map(({ pass }) => pass))];
  for (const name of ["RNN", "LSTM", "GRU", "Linear"]) expect(passes(name)).toEqual(["forward", "backward", "step"]);
});

test("what takes minutes is measured only when named", async () => {
  const names = async (selection: Parameters<typeof selectCases>[0]) =>
    (await selectCases(selection)).map(({ name }) => name);
  expect((await names({})).filter((name) => /scaling|published/.test(name))).toEqual([]);
  expect(await names({ filter: "Scaling-t" })).toHaveLength(7); // 64 to 4096 steps
  expect(await names({ filter: "published" })).toHaveLength(2);
  expect((await names({ families: ["scaling"] })).length).toBeGreaterThan(0);
});

test("quick takes the first of each name and pass", async () => {
  const quick = await selectCases({ filter: "^LSTM$", quick: true });
  expect(quick.map(rowKey)).toEqual(["forward", "backward", "step"].map((pass) => `LSTM B1 T32 I64 H64 ${pass}`));
});

test("a kernel's shape leaves out what follows from the rest", () => {
  const dims = { Z: 1, M: 4, N: 5, K: 6, lda: 6, ldb: 5, strideA: 0, strideB: 0 };
  expect(kernelShape(dims, "transposeA")).toBe("Z1 M4 N5 K6 transposeA");
  expect(kernelShape({ n: 40, E0: 20, E1: 2, E2: 1, S0: 2, S1: 1, S2: 1, offset: 0 })).toBe("n40 E20x2");
});

test("work of an LSTM is that of its matmuls", () => {
  const { flops, bytes } = recurrentWork({ B: 2, T: 3, I: 5, H: 7, L: 2, D: 2, G: 4 });
  // layer 1 reads 5 features, layer 2 both directions of 7 units
  expect(flops).toBe(2 * 2 * 3 * 2 * 28 * (5 + 7) + 2 * 2 * 3 * 2 * 28 * (14 + 7));
  expect(bytes).toBe(4 * (2 * 3 * 5 + 2 * 28 * (5 + 7 + 1) + 2 * 28 * (14 + 7 + 1) + 2 * (2 * 3 * 14)));
});
