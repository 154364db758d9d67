import { normal } from "@unroll/testing";
import { describe, test } from "vitest";
import { useTestDevice } from "../test-support/device";
import { checkBackward, checkExact, checkForward, realInputs } from "../test-support/scan-checks";
import { elmanReference } from "./elman.reference";
import { type Case, families, keep } from "./scan.families";

const holder = useTestDevice();

/** More rows than the largest tile has, some of each length up to `T`. */
const manyRows = (T: number): number[] => Array.from({ length: 41 }, (_, b) => (b * 3) % (T + 1));

const sizes: (Case & { why: string })[] = [
  { D: 1, B: 1, T: 1, H: 1, why: "smallest" },
  { D: 1, B: 3, T: 5, H: 67, lengths: [5, 0, 2], why: "rows one by one, a multiple of no tile" },
  { D: 1, B: 2, T: 4, H: 64, reverse: true, lengths: [4, 1], why: "whole tiles of units, backwards" },
  { D: 2, B: 5, T: 7, H: 33, lengths: [7, 0, 3, 1, 7], why: "a tile of rows and one more, both directions" },
  { D: 2, B: 4, T: 3, H: 6, reverse: true, why: "both directions backwards, all rows whole" },
  { D: 1, B: 5, T: 3, H: 9, without: ["h0", "c0", "bN"], lengths: [0, 0, 0, 0, 0], why: "no row has a step" },
  { D: 2, B: 9, T: 3, H: 35, lengths: [3, 2, 1, 0, 3, 2, 3, 3, 1], why: "a large tile of rows and one more" },
  { D: 1, B: 41, T: 3, H: 11, lengths: manyRows(3), why: "the largest tile of rows and more, of all lengths" },
  { D: 1, B: 4, T: 4, H: 10, without: ["h0", "c0", "bN"], why: "no initial state" },
  { D: 2, B: 3, T: 5, H: 67, scale: 100, why: "saturated gates, where a plain exp overflows" },
];

describe.each(families)("$name", (family) => {
  test.each(sizes)("forward equals the reference at [$B, $T, $D, $H]: $why", async (size) => {
    await checkForward(holder.device, family, size, keep(realInputs(family, size), family, size));
  });

  test.each(sizes)("backward equals the reference at [$B, $T, $D, $H]: $why", async (size) => {
    const inputs = keep(realInputs(family, size), family, size);
    await checkBackward(holder.device, family, size, inputs, normal([size.B, size.T, size.D, size.H], { seed: 9 }));
  });

  test.each([
    { D: 2, B: 5, T: 1, H: 67, which: "linear" as const, lengths: [1, 1, 0, 1, 1] },
    { D: 2, B: 5, T: 2, H: 67, which: "linear" as const, lengths: [2, 1, 0, 2, 2], without: ["h0", "c0"] },
    { D: 2, B: 9, T: 2, H: 10, which: "linear" as const, lengths: [2, 1, 0, 2, 2, 2, 2, 2, 1], without: ["h0", "c0"] },
    { D: 1, B: 41, T: 2, H: 9, which: "linear" as const, lengths: manyRows(2) },
    { D: 1, B: 3, T: 2, H: 130, which: "linear" as const, reverse: true, without: ["h0", "c0"] },
  ])("is exact in whole numbers at [$B, $T, $D, $H]: no term is lost or taken twice", async (size) => {
    await checkExact(holder.device, family, size);
  });
});

test("Elman with ReLU is exact in whole numbers", async () => {
  const activation = { name: "relu" } as const;
  const elman = families.find(({ name }) => name === "Elman");
  if (!elman) throw new Error("The families should hold Elman.");
  const family = { ...elman, options: () => ({ activation }), cell: () => elmanReference({ activation }) };
  await checkExact(holder.device, family, { D: 2, B: 5, T: 3, H: 67, lengths: [3, 2, 0, 1, 3] });
});
