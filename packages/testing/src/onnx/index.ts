import wasm from "onnxruntime-web/ort-wasm-simd-threaded.wasm?url";
import * as ort from "onnxruntime-web/wasm";
import { beforeAll, expect } from "vitest";
import { expectClose } from "../compare";

/** Call once in a file that runs models in ONNX Runtime. */
export function useOnnxRuntime(): void {
  beforeAll(() => {
    ort.env.wasm.numThreads = 1; // more need a page that is isolated from others
    ort.env.wasm.wasmPaths = { wasm };
  });
}

/** A tensor of any library: its shape, and its values when they are asked for. */
export interface Readable {
  readonly shape: readonly number[];
  data(): Promise<Float32Array | Int32Array | Uint32Array>;
}

/** Runs a model in ONNX Runtime over `given`, and compares each output with what is `wanted` under its name. */
export async function expectOnnxGives(
  file: Uint8Array<ArrayBuffer>,
  given: Readonly<Record<string, Readable>>,
  wanted: Readonly<Record<string, Readable>>,
  absolute: number,
): Promise<void> {
  const session = await ort.InferenceSession.create(file);
  const feeds: Record<string, ort.Tensor> = {};
  for (const [name, each] of Object.entries(given)) {
    const data = await each.data();
    feeds[name] =
      data instanceof Float32Array
        ? new ort.Tensor("float32", data, each.shape)
        : new ort.Tensor("int32", Int32Array.from(data), each.shape);
  }
  const made = await session.run(feeds);
  expect(Object.keys(made).sort()).toEqual(Object.keys(wanted).sort());
  for (const [name, expected] of Object.entries(wanted)) {
    expect(made[name]?.dims, name).toEqual(expected.shape);
    const values = Float64Array.from(made[name]?.data as Float32Array, Number);
    expectClose(name, values, await expected.data(), { absolute, relative: absolute, shape: expected.shape });
  }
}
