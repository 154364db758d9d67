import { expect, test } from "vitest";
import { tensor } from "../..";
import { masking } from "./plain-layers";

test.each([0, -1, 0.1, -0.1, -99.9])("steps that are %f throughout are masked, though no f32 is just that", (value) => {
  const x = tensor(Float32Array.of(1, value, value, value, 2, value), { shape: [1, 3, 2] });
  const { mask } = masking("mask", value)({ x });
  expect(mask).toEqual({ B: 1, T: 3, kept: Uint8Array.of(1, 0, 1) });
});
