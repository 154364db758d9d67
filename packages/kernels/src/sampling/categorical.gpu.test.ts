import { normal } from "@unroll/testing";
import { describe, expect, test } from "vitest";
import { runKernel } from "../core";
import { useTestDevice } from "../test-support/device";
import { categorical } from "./categorical";
import { type CategoricalCall, categoricalReference, filteredProbabilities } from "./categorical.reference";

const gpu = useTestDevice();
const DRAW = { seedLow: 0xdeadbeef, seedHigh: 7, stream: 3, draw: 4_000_000_000 };

async function drawn(
  logits: Float32Array<ArrayBuffer>,
  R: number,
  V: number,
  call: CategoricalCall,
): Promise<number[]> {
  const { ids } = await runKernel(gpu.device, categorical, {
    dims: { R, V },
    scalars: { ...call },
    inputs: { logits },
  });
  return [...(ids as Uint32Array)];
}

describe.each([
  { R: 1, V: 1, why: "smallest" },
  { R: 67, V: 5, why: "fewer classes than lanes" },
  { R: 31, V: 65, why: "a lane with two" },
  { R: 9, V: 1000, why: "many" },
])("$R rows of $V classes: $why", ({ R, V }) => {
  test.each([
    { inverseTemperature: 1, topK: V, topP: 1 },
    { inverseTemperature: 0.5, topK: V, topP: 1 },
    { inverseTemperature: 3, topK: Math.ceil(V / 3), topP: 1 },
    { inverseTemperature: 1, topK: V, topP: 0.7 },
    { inverseTemperature: 1.5, topK: Math.ceil(V / 2), topP: 0.8 },
  ])("draws what the reference draws: %o", async (filters) => {
    const logits = Float32Array.from(normal([R, V], { seed: 5, scale: 2 }).data);
    const call = { ...filters, ...DRAW };
    expect(await drawn(logits, R, V, call)).toEqual(categoricalReference(logits, R, V, call));
  });
});

test("filters leave what they should, where logits are equal, negative, masked or zero", async () => {
  const V = 8;
  const row = [-2, 0.5, 0.5, -1e30, 0, -0.25, 0.5, -7];
  const R = 4000;
  const logits = Float32Array.from({ length: R * V }, (_, i) => row[i % V] as number);
  for (const filters of [
    { inverseTemperature: 0.1, topK: 2, topP: 1 }, //    the second largest has two equals
    { inverseTemperature: 0.1, topK: 5, topP: 1 },
    { inverseTemperature: 0.1, topK: V, topP: 0.5 },
    { inverseTemperature: 0.1, topK: V, topP: 1 },
    { inverseTemperature: 1e8, topK: V, topP: 1 }, //    as cold as can be
  ]) {
    const p = filteredProbabilities(row, filters);
    const seen = new Set(await drawn(logits, R, V, { ...filters, ...DRAW }));
    // 4,000 draws leave out a class of probability ≥ 0.05 once in e^200 times
    expect([...seen].sort()).toEqual(p.flatMap((q, v) => (q > 0 ? [v] : [])));
  }
});

test("rows of masked logits alone give class 0", async () => {
  const logits = new Float32Array(6).fill(-1e30);
  expect(await drawn(logits, 2, 3, { inverseTemperature: 1, topK: 2, topP: 0.5, ...DRAW })).toEqual([0, 0]);
});
