import { expectClose } from "@unroll/testing";
import { expect, test } from "vitest";
import { type HostTensor, random, readKeras, tensor, writeTfjs } from "../..";
import { useTestDevice } from "../../test-support/device";

useTestDevice();

const [B, T, I, U] = [2, 4, 3, 2];
const rng = random(6);
const f32 = (shape: readonly number[]): HostTensor => ({
  dtype: "f32",
  shape,
  data: rng.normal(
    shape.reduce((a, b) => a * b, 1),
    0,
    0.7,
  ),
});
const weights = new Map([
  ["gru/gru_cell/kernel", f32([I, 3 * U])],
  ["gru/gru_cell/recurrent_kernel", f32([U, 3 * U])],
  ["gru/gru_cell/bias", f32([2, 3 * U])],
]);
const x = f32([B, T, I]);

/** A Keras 3 GRU with reset_after and a hard_sigmoid of slope 1/6, backwards. */
const config = {
  module: "keras",
  class_name: "Sequential",
  config: {
    name: "m",
    layers: [
      { class_name: "InputLayer", config: { name: "x", batch_shape: [null, T, I] } },
      {
        class_name: "GRU",
        config: {
          name: "gru",
          units: U,
          reset_after: true,
          recurrent_activation: "hard_sigmoid",
          go_backwards: true,
          return_sequences: true,
        },
      },
    ],
  },
};

/** Keras's own equations in float64, kernels multiplied from the right, blocks z r h; steps in the order of processing. */
function reference(): Float64Array {
  const [kernel, recurrent, bias] = [...weights.values()].map(({ data }) => data) as [
    Float32Array,
    Float32Array,
    Float32Array,
  ];
  const gate = (a: number): number => Math.min(1, Math.max(0, a / 6 + 0.5));
  const output = new Float64Array(B * T * U);
  for (let b = 0; b < B; b++) {
    let h = new Array<number>(U).fill(0);
    for (let n = 0; n < T; n++) {
      const t = T - 1 - n;
      const ofInput = (block: number, u: number): number => {
        let sum = bias[block * U + u] as number;
        for (let i = 0; i < I; i++)
          sum += (x.data[(b * T + t) * I + i] as number) * (kernel[i * 3 * U + block * U + u] as number);
        return sum;
      };
      const before = h;
      const ofState = (block: number, u: number): number =>
        before.reduce(
          (sum, value, k) => sum + value * (recurrent[k * 3 * U + block * U + u] as number),
          bias[(3 + block) * U + u] as number,
        );
      h = before.map((value, u) => {
        const [z, r] = [0, 1].map((block) => gate(ofInput(block, u) + ofState(block, u))) as [number, number];
        return z * value + (1 - z) * Math.tanh(ofInput(2, u) + r * ofState(2, u));
      });
      output.set(h, (b * T + n) * U);
    }
  }
  return output;
}

test("a GRU that resets after its recurrent product gives what Keras's equations give", async () => {
  const { output } = readKeras(config, weights).forward(tensor(x.data, { shape: [B, T, I] }));
  // Sums of at most 7 products of size 3 rounded to float32, through T = 4 steps: 7·3·4·2⁻²⁴ = 5e-6 at most.
  expectClose("output", await output.data(), reference(), { absolute: 5e-6, shape: [B, T, U] });
});

test("its two biases come back bit for bit; the slope that TensorFlow.js has not is refused", async () => {
  await expect(writeTfjs(readKeras(config, weights))).rejects.toThrowErrorMatchingInlineSnapshot(
    `[UnsupportedError: writeTfjs: TensorFlow.js has no layer with the gate activation hardSigmoid. Save the model with save() in its own layout.]`,
  );
  const plain = structuredClone(config);
  Object.assign(plain.config.layers[1]?.config ?? {}, { recurrent_activation: "sigmoid" });
  const written = await writeTfjs(readKeras(plain, weights));
  const bytes = [...weights.values()].flatMap(({ data }) => [...new Uint8Array(data.buffer)]);
  expect([...written.weights]).toEqual(bytes);
});
