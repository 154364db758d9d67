import { type Device, open } from "@unroll/kernels";
import { useDevice } from "@unroll/testing/vitest";
import { expect, test } from "vitest";
import { kernelCases } from "../cases/kernels";
import { modelCases } from "../cases/models";
import { recurrentCases } from "../cases/recurrent";
import type { Row } from "../report";
import { chooseClock, measureRoofline } from "../roofline/measure-roofline";
import { type MeasureOptions, measureCase } from "./measure-case";
import { Stopwatch } from "./stopwatch";
import type { Case } from "./target";

const limits = import.meta.env.UNROLL_LIMITS === "default" ? "default" : "raised";
const gpu: { readonly device: Device } = useDevice((wanted) => open({ limits: wanted, onWarning: () => undefined }));

const roofline = { gflops: 10, gflopsHalf: null, gbs: 5, dispatchUs: 10, submitUs: 50, readbackUs: 300 };
// choosing kernels by measurement compiles many: one test below does it
const opening = { limits, choices: { policy: "expected" } } as const;
const effort = { samples: 3, budgetMs: 200, sampleMs: 1, open: opening, clock: "wall", roofline } as const;

function find(cases: readonly Case[], name: string): Case {
  const found = cases.find((one) => one.name === name);
  if (!found) throw new Error(`There is no case ${name}.`);
  return found;
}

async function measure(one: Case, options: MeasureOptions = effort): Promise<Row> {
  const row = await measureCase(one, options);
  if (!row) throw new Error(`${one.name} does not run here.`);
  return row;
}

test("what the device can do is found, and the figures are of one another's order", async () => {
  const clock = await chooseClock(gpu.device);
  const { gflops, gbs, dispatchUs, submitUs, readbackUs } = await measureRoofline(gpu.device, clock);
  for (const figure of [gflops, gbs, submitUs, readbackUs]) expect(figure).toBeGreaterThan(0.1);
  expect(dispatchUs).toBeLessThan(submitUs * 5);
  expect(gflops).toBeLessThan(1e6);
});

test.each(["gpu", "wall"] as const)(
  "eight times the work takes four to sixteen times as long by the %s clock",
  async (clock) => {
    if (clock === "gpu") expect(gpu.device.features).toContain("timestamp-query");
    const target = await find(kernelCases(), "matmul").prepare(gpu.device);
    if (!target) throw new Error("The plain kernel runs everywhere.");
    const stopwatch = new Stopwatch(gpu.device, clock);
    await stopwatch.time(() => target.submit(1));
    const [few, many]: [number[], number[]] = [[], []];
    for (let repeat = 0; repeat < 8; repeat++) {
      few.push(await stopwatch.time(() => target.submit(2)));
      many.push(await stopwatch.time(() => target.submit(16)));
    }
    const ratio = Math.min(...many) / Math.min(...few);
    stopwatch.dispose();
    expect(ratio).toBeGreaterThan(4);
    expect(ratio).toBeLessThan(16);
  },
);

test("a kernel's row has its time, rates, share and counts", async () => {
  const one = find(kernelCases(), "matmul");
  const row = await measure(one);
  expect(row).toMatchObject({ name: "matmul", pass: "forward", n: 3, clock: "wall", dispatches: 1, submits: 1 });
  expect(row).toMatchObject({ buffers: 0, bindGroups: 0 });
  expect(row.samples).toHaveLength(3);
  expect(row.gflops).toBeCloseTo(one.work.flops / row.ms / 1e6, 10);
  expect(row.roofline).toBeCloseTo(Math.max(row.gflops / 10, row.gbs / 5), 10);
  expect(row.deviceBytes).toBeGreaterThanOrEqual(3 * 4 * 256 * 256); // two factors and their product
  expect(row.firstMs).toBeGreaterThan(0);
});

test("a training step makes nothing after warm-up, its kernels chosen by measurement", async () => {
  const row = await measure(find(modelCases(), "names-step-1"), { ...effort, open: { limits } });
  expect(row).toMatchObject({ submits: 1, buffers: 0, bindGroups: 0 });
  expect(row.dispatches).toBeGreaterThan(3);
});

test.each(["forward", "backward", "step"] as const)("a layer's %s pass runs", async (pass) => {
  const size = { cell: "GRU", B: 2, T: 3, I: 4, H: 8, lengths: [3, 1], layers: 2, direction: "bidirectional" } as const;
  const [one] = recurrentCases(size, [pass]);
  const row = await measure(one as Case);
  expect(row).toMatchObject({ name: "GRU", shape: "B2 T3 I4 H8 L2 both directions", pass });
  expect(row.ms).toBeGreaterThan(0);
});
