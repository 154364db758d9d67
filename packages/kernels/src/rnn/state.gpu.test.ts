import { normal } from "@unroll/testing";
import { describe, test } from "vitest";
import { checkKernel } from "../test-support/check-kernel";
import { useTestDevice } from "../test-support/device";
import { lstmReference } from "./lstm.reference";
import { listSteps, orderRows, packRecurrent, padRecurrent } from "./pack";
import { orderReference, packReference, padReference, stepsReference } from "./pack.reference";
import { type ScanSizes, scanReference, type Tensor64 } from "./scan.reference";
import { addFinalGradient, finalState, previousState, stateGradient } from "./state";

const holder = useTestDevice();
const exact = { absolute: 0 }; // these kernels copy, or add one number

const float32 = ({ shape, data }: Tensor64): Tensor64 => ({ shape, data: Float64Array.from(Float32Array.from(data)) });

describe.each([
  { D: 1, B: 1, T: 1, H: 1, why: "smallest" },
  { D: 2, B: 5, T: 7, H: 33, lengths: [7, 0, 3, 1, 7], why: "both directions" },
  { D: 1, B: 3, T: 5, H: 67, lengths: [5, 0, 2], reverse: true, why: "backwards" },
  { D: 1, B: 19, T: 2, H: 37, why: "more rows than a tile, and more columns" },
])("states at [$B, $T, $D, $H]: $why", (size: ScanSizes & { why: string }) => {
  const { D, B, T, H, lengths, reverse = false } = size;
  const inputs = {
    gx: normal([B, T, D, 4 * H], { seed: 1 }),
    r: normal([D, 4 * H, H], { seed: 2, scale: 0.1 }),
    h0: normal([D, B, H], { seed: 3 }),
    c0: normal([D, B, H], { seed: 4 }),
  };
  const tanh = { name: "tanh" } as const;
  const cell = lstmReference({ gate: { name: "sigmoid" }, candidate: tanh, output: tanh });
  const call = { dims: { D, B, T, H }, options: { reverse }, tolerance: exact };
  const given = lengths ? { lengths } : {};
  /** The reference's values as a kernel sees them, so that copies can be compared exactly. */
  const values = (of: typeof inputs) => {
    const { y, cells, hN, cN, hPrev } = scanReference(cell, size).run(of);
    return { y: float32(y), cells: float32(cells), hN: float32(hN), cN: float32(cN), hPrev: float32(hPrev) };
  };

  test("final_state takes each row's last state, or its initial one", async () => {
    const { y, cells, hN, cN } = values(inputs);
    await checkKernel(holder.device, finalState, {
      ...call,
      inputs: { y: y.data, cells: cells.data, h0: inputs.h0.data, c0: inputs.c0.data, ...given },
      outputs: ["cN"],
      expected: { hN: hN.data, cN: cN.data },
    });
  });

  test("final_state and previous_state start from zeros without an initial state", async () => {
    const zero = {
      ...inputs,
      h0: normal([D, B, H], { seed: 3, scale: 0 }),
      c0: normal([D, B, H], { seed: 4, scale: 0 }),
    };
    const { y, hN, hPrev } = values(zero);
    await checkKernel(holder.device, finalState, {
      ...call,
      inputs: { y: y.data, ...given },
      expected: { hN: hN.data },
    });
    await checkKernel(holder.device, previousState, {
      ...call,
      inputs: { y: y.data, ...given },
      expected: { hPrev: hPrev.data },
    });
  });

  test("previous_state gives the state each step started from", async () => {
    const { y, hPrev } = values(inputs);
    await checkKernel(holder.device, previousState, {
      ...call,
      inputs: { y: y.data, h0: inputs.h0.data, ...given },
      expected: { hPrev: hPrev.data },
    });
  });

  test("add_final_gradient and state_gradient carry the final state's gradient through a whole scan", async () => {
    const reference = scanReference(cell, size);
    const dy = normal([B, T, D, H], { seed: 5 });
    const dhN = normal([D, B, H], { seed: 6 });
    // It arrives where the last scan step of a row wrote y = hN.
    const arriving = dy.data.map(() => 0);
    for (let n = 0; n < D * B * H; n++) {
      const [u, b, d] = [n % H, Math.floor(n / H) % B, Math.floor(n / (H * B))];
      const length = lengths?.[b] ?? T;
      const t = reverse || d === 1 ? 0 : length - 1;
      if (length > 0) arriving[((b * T + t) * D + d) * H + u] = dhN.data[n] ?? 0;
    }
    await checkKernel(holder.device, addFinalGradient, {
      ...call,
      inputs: { dy: dy.data, dhN: dhN.data, ...given },
      expected: { sum: arriving.map((value, n) => Math.fround(value + (dy.data[n] ?? 0))) },
    });
    await checkKernel(holder.device, addFinalGradient, {
      ...call,
      inputs: { dhN: dhN.data, ...given },
      expected: { sum: arriving },
    });

    const { dGx, dh0 } = reference.gradients(inputs, { dy, dhN });
    await checkKernel(holder.device, stateGradient, {
      ...call,
      dims: { D, B, T, H, G: 4 },
      inputs: { dGates: dGx.data, rows: padReference(inputs.r), dhN: dhN.data, ...given },
      expected: { dh0: dh0.data },
      tolerance: { absolute: (4 * H + 2) * 2 ** -24 * 8 }, // a sum of 4H products, none of whose partial sums reaches 8
    });
  });
});

test.each([
  { D: 1, G: 1, H: 1 },
  { D: 2, G: 1, H: 67 },
  { D: 2, G: 3, H: 33 },
  { D: 1, G: 4, H: 64 },
])("recurrent weights of [$D, $G·$H, $H] are packed and padded", async ({ D, G, H }) => {
  const r = normal([D, G * H, H], { seed: 7 });
  const call = { dims: { D, G, H }, inputs: { r: r.data }, tolerance: exact };
  await checkKernel(holder.device, packRecurrent, { ...call, expected: { rT: packReference(r, G) } });
  await checkKernel(holder.device, padRecurrent, { ...call, expected: { rows: padReference(r) } });
});

test.each([
  { lengths: [3], T: 3, why: "one row" },
  { lengths: [2, 5, 0, 5, 2, 9, 0], T: 6, why: "equal lengths keep their order, a length past T counts as T" },
  { lengths: Array.from({ length: 200 }, (_, b) => (b * 37) % 11), T: 10, why: "more rows than a workgroup" },
])("rows come by falling length, and steps within the lengths first: $why", async ({ lengths, T }) => {
  await checkKernel(holder.device, orderRows, {
    dims: { B: lengths.length, T },
    inputs: { lengths },
    expected: { order: orderReference(lengths, T) },
    tolerance: { absolute: 0 },
  });
  await checkKernel(holder.device, listSteps, {
    dims: { B: lengths.length, T },
    inputs: { lengths },
    expected: { steps: stepsReference(lengths, T) },
    tolerance: { absolute: 0 },
  });
});
