import { expect, test } from "vitest";
import { type AnyKernel, DEFAULT_LIMITS, specialise } from "../core";
import { elmanWavefront } from "./elman";
import { gruWavefront } from "./gru";
import { lstmWavefront } from "./lstm";

const kernels: readonly AnyKernel[] = [elmanWavefront, lstmWavefront, gruWavefront];

test.each(kernels.map((kernel) => [kernel.name, kernel] as const))(
  "%s compiles once for all batches, within the default limits with all of its arrays, and makes a dispatch per wave",
  (_, kernel) => {
    const bindings = Object.keys(kernel.bindings); // all the optional ones too
    const at = (B: number, T: number) => specialise(kernel, { dims: { L: 3, B, T, H: 67 }, bindings }, DEFAULT_LIMITS);
    expect(at(64, 10).code).toBe(at(8, 33).code);
    expect(at(64, 10).repeat).toBe(12);
    expect(at(64, 10).plan.grid[2]).toBe(3);
    expect(bindings.length).toBeLessThanOrEqual(8);
  },
);

test("two layers cost what two scans and one input product do", () => {
  const [B, T, H] = [4, 10, 32];
  const { options = {} } = lstmWavefront;
  const two = lstmWavefront.cost({ L: 2, B, T, H }, options).flops;
  const product = 2 * B * T * H * 4 * H;
  expect(two - product).toBe(2 * T * B * H * (8 * H + 18));
});
