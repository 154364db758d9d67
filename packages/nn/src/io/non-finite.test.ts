import { expect, test } from "vitest";
import { decodeSafetensors, encodeSafetensors, type HostTensor, nonFiniteTensors } from "..";

test("tensors with NaN or infinities are told by name", () => {
  const f32 = (...values: number[]): HostTensor => ({
    dtype: "f32",
    shape: [values.length],
    data: Float32Array.from(values),
  });
  const file = encodeSafetensors(
    new Map([
      ["fine", f32(0, -0, 3.4e38)],
      ["nan", f32(1, Number.NaN)],
      ["infinite", f32(-Infinity)],
      ["whole", { dtype: "i32", shape: [1], data: Int32Array.of(-1) }],
      ["empty", f32()],
    ]),
  );
  expect(nonFiniteTensors(decodeSafetensors(file).tensors).sort()).toEqual(["infinite", "nan"]);
});
