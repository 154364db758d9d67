import { type KernelBench, kernelBench } from "../core";
import { type ElementwiseProgram, elementwiseKernel } from "./elementwise";

function bench(program: ElementwiseProgram): KernelBench {
  const { kernel, dims } = elementwiseKernel(program);
  const scalars = Object.fromEntries(program.scalars.map((_, index) => [`s${index}`, 0.5]));
  return kernelBench(kernel, [{ dims, scalars }]);
}

const f32 = (...shape: number[]) => ({ dtype: "f32" as const, shape });

export const benches: KernelBench[] = [
  bench({
    shape: [1 << 20],
    inputs: [f32(1 << 20), f32(1 << 20)],
    scalars: [],
    instructions: [{ op: "add", args: [0, 1] }],
    outputs: [2],
  }),
  bench({
    shape: [64, 64, 256],
    inputs: [f32(64, 64, 256), f32(256), f32(64, 1, 256)],
    scalars: ["f32"],
    instructions: [
      { op: "mul", args: [0, 3] },
      { op: "add", args: [4, 1] },
      { op: "add", args: [5, 2] },
      { op: "tanh", args: [6] },
    ],
    outputs: [7],
  }),
];
