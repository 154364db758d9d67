import { describe, expect, test } from "vitest";
import { candidates, DEFAULT_LIMITS, describeAdapter } from "../core";
import { bindings } from "../matmul/definition";
import { gruBackward } from "./gru";
import { lstmForward } from "./lstm";
import { orderReference, stepsReference } from "./pack.reference";
import { orderOfRows } from "./scan";

const gpu = {
  adapter: describeAdapter({ description: "Some GPU" }),
  limits: DEFAULT_LIMITS,
  features: new Set<string>(),
};
const software = {
  adapter: describeAdapter({ description: "SwiftShader", subgroupMinSize: 4, subgroupMaxSize: 4 }),
  limits: DEFAULT_LIMITS,
  features: new Set(["subgroups"]),
};
const sizes = (dims: { B: number; T: number; H: number }) => ({ dims: { D: 1, ...dims }, options: {}, has: {} });
const best = (
  kernel: typeof lstmForward | typeof gruBackward,
  dims: { B: number; T: number; H: number },
  device: typeof gpu,
) => candidates(kernel, sizes(dims), device)[0]?.kernel.name;

describe("the cut expected to be fastest", () => {
  test("on a software adapter has a tile of rows for each core, loaded by subgroups", () => {
    expect(best(lstmForward, { B: 16, T: 64, H: 128 }, software)).toBe("lstm_forward_sequence_8x4_shared_4");
    expect(best(gruBackward, { B: 16, T: 64, H: 128 }, software)).toBe("gru_backward_sequence_8x4_shared_4");
    expect(best(lstmForward, { B: 32, T: 64, H: 64 }, software)).toBe("lstm_forward_sequence_16x2_shared_4");
  });

  test("on a software adapter makes a dispatch per step where it costs little beside its work", () => {
    expect(best(lstmForward, { B: 32, T: 64, H: 256 }, software)).toBe("lstm_forward_steps_16x2_shared_4");
    expect(best(gruBackward, { B: 64, T: 64, H: 128 }, software)).toBe("gru_backward_steps_16x2_shared_4");
  });

  test("on eight lanes has tiles of 32 rows where there are as many, and walks over the sequence of fewer", () => {
    const adapter = describeAdapter({ description: "SwiftShader", subgroupMinSize: 8, subgroupMaxSize: 8 });
    const eight = { ...software, adapter };
    expect(best(lstmForward, { B: 32, T: 64, H: 256 }, eight)).toBe("lstm_forward_steps_32x2_shared_8");
    expect(best(lstmForward, { B: 16, T: 64, H: 128 }, eight)).toBe("lstm_forward_sequence_8x4_shared_4");
  });

  test("of rows of all lengths gives the cores long ones and short ones in pairs", () => {
    const ragged = { ...sizes({ B: 32, T: 64, H: 128 }), has: { order: true } };
    expect(candidates(lstmForward, ragged, software)[0]?.kernel.name).toBe("lstm_forward_sequence_8x4_shared_4_pairs");
    expect(candidates(lstmForward, ragged, gpu)[0]?.kernel.name).not.toMatch(/_pairs/);
  });

  test("of a few wide rows spreads their units over the cores, a dispatch per step", () => {
    expect(best(lstmForward, { B: 8, T: 128, H: 512 }, software)).toBe("lstm_forward_steps_8x4_shared_4");
  });

  test("of one row walks over the whole sequence", () => {
    expect(best(lstmForward, { B: 1, T: 32, H: 64 }, software)).toBe("lstm_forward_sequence_1x1_shared_4");
  });

  test("shares nothing where the device has no subgroups of four or more", () => {
    const names = candidates(lstmForward, sizes({ B: 16, T: 64, H: 128 }), gpu).map(({ kernel }) => kernel.name);
    expect(names.filter((name) => name.includes("_shared"))).toEqual([]);
  });

  test("on a GPU walks over the sequence while reading R costs less than a dispatch", () => {
    expect(best(lstmForward, { B: 16, T: 64, H: 128 }, gpu)).toMatch(/_sequence_/);
    expect(best(lstmForward, { B: 16, T: 64, H: 1024 }, gpu)).toBe("lstm_forward");
  });

  test("keeps the weights in workgroup memory where they fit", () => {
    expect(best(lstmForward, { B: 16, T: 64, H: 32 }, gpu)).toMatch(/_kept_/);
    const names = candidates(lstmForward, sizes({ B: 16, T: 64, H: 33 }), gpu).map(({ kernel }) => kernel.name);
    expect(names.filter((name) => name.includes("_kept_"))).toEqual([]);
  });
});

test("what ragged calls are measured with is a batch of rows of every length, half of it padding", () => {
  expect(orderOfRows.sample({ B: 4, T: 8 })).toEqual(orderReference([8, 6, 4, 2], 8));
  const steps = Array.from(bindings.steps.sample({ M: 6, K: 9 }, { packed: "rows" }));
  expect(steps).toEqual([3, 0, 1, 2, 3, 4, 5]);
  expect(steps).toEqual(stepsReference([3, 0], 3));
});
