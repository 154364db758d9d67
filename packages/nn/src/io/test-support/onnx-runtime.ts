import { expectOnnxGives } from "@unroll/testing/onnx";
import { exportONNX, type Module, type ONNXOptions, type Tensor } from "../..";

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
  const file = await exportONNX(model, { inputs, forward });
  model.eval();
  await expectOnnxGives(file, given, forward(given), absolute);
}
