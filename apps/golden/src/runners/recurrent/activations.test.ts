import { expect, test } from "vitest";
import { UnsupportedCase } from "../../compare";
import { onnxActivations } from "./activations";

test("scaling values go to the functions that use one, in order; the rest keep their defaults", () => {
  const names = ["Sigmoid", "LeakyRelu", "HardSigmoid", "ScaledTanh", "Elu"];
  expect(onnxActivations(names, { alpha: [0.05, 0.3, 2], beta: [0.4] })).toEqual([
    { name: "sigmoid" },
    { name: "leakyRelu", alpha: 0.05 },
    { name: "hardSigmoid", alpha: 0.3, beta: 0.4 },
    { name: "scaledTanh", alpha: 2 },
    { name: "elu" },
  ]);
});

test("values that no function uses are not passed over", () => {
  expect(() => onnxActivations(["Sigmoid", "Tanh"], { alpha: [0.1], beta: [] })).toThrow(UnsupportedCase);
});
