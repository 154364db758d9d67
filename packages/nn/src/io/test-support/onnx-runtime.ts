import { expectClose } from "@unroll/testing";
import wasm from "onnxruntime-web/ort-wasm-simd-threaded.wasm?url";
import * as ort from "onnxruntime-web/wasm";
import { beforeAll, expect } from "vitest";
import { exportONNX, type Module, type ONNXOptions, type Tensor } from "../..";

/** Call once in a file that runs models in ONNX Runtime. */
export function useOnnxRuntime(): void {
  beforeAll(() => {
    ort.env.wasm.numThreads = 1; // more need a page that is isolated from others
    ort.env.wasm.wasmPaths = { wasm };
  });
}

export type Inputs = Readonly<Record<string, Tensor>>;

/** Runs a model here and in ONNX Runtime over the same inputs, and compares each output. */
export async function expectSame(
  model: Module,
  {
    inputs,
    given,
    forward,
  }: { inputs: ONNXOptions["inputs"]; given: Inputs; forward: (given: Inputs) => Record<string, Tensor> },
  absolute: number,
): Promise<void> {
  const session = await ort.InferenceSession.create(await exportONNX(model, { inputs, forward }));
  const feeds: Record<string, ort.Tensor> = {};
  for (const [name, each] of Object.entries(given)) {
    const data = await each.data();
    feeds[name] =
      data instanceof Float32Array
        ? new ort.Tensor("float32", data, each.shape)
        : new ort.Tensor("int32", Int32Array.from(data), each.shape);
  }
  const made = await session.run(feeds);
  model.eval();
  const wanted = forward(given);
  expect(Object.keys(made).sort()).toEqual(Object.keys(wanted).sort());
  for (const [name, expected] of Object.entries(wanted)) {
    expect(made[name]?.dims, name).toEqual(expected.shape);
    const values = Float64Array.from(made[name]?.data as Float32Array, Number);
    expectClose(name, values, await expected.data(), { absolute, relative: absolute, shape: expected.shape });
  }
}
