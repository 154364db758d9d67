import {
  type AnyKernel,
  type BenchCase,
  type BufferRange,
  candidates,
  type Device,
  type HostArray,
  Program,
  type Specialisation,
  specialise,
  type VariedKernel,
} from "@unroll/kernels";
import { benches } from "@unroll/kernels/benches";
import { submitCalls } from "../measure/submit-calls";
import type { Case } from "../measure/target";
import type { Pass } from "../report";
import { noise, noiseHalf } from "./noise";
import { kernelShape } from "./shape";

/** Every kernel of the package, and every variant of it, at the sizes that it names. */
export function kernelCases(): Case[] {
  return benches.flatMap(({ kernel, cases }) => {
    const variants = "variants" in kernel ? (kernel as VariedKernel).variants.map((variant) => variant.kernel) : [];
    return [kernel, ...variants].flatMap((one) => cases.map((size) => kernelCase(kernel, one, size)));
  });
}

/** One of the kernels that could do the work of `whole`, by itself. */
function kernelCase(whole: AnyKernel, kernel: AnyKernel, one: BenchCase): Case {
  const { dims, options: given = {}, scalars = {}, with: included = [], inputs = {} } = one;
  const options = { ...kernel.options, ...given };
  const always = Object.keys(kernel.bindings).filter((name) => !kernel.bindings[name]?.optional);
  const bindings = [...new Set([...always, ...included, ...Object.keys(inputs)])];
  const notes = Object.entries(given).map(([name, value]) => (value === true ? name : `${name}=${value}`));
  const has = Object.fromEntries(Object.keys(kernel.bindings).map((name) => [name, bindings.includes(name)]));
  return {
    name: kernel.name,
    shape: kernelShape(dims, ...notes),
    pass: passOf(kernel.name),
    work: kernel.cost(dims, options),
    async prepare(device) {
      const able = candidates(whole, { dims, options, has }, device);
      if (!able.some((candidate) => candidate.kernel.name === kernel.name)) return null;
      const alone = { ...kernel, variants: [] }; // none of the others may run in its place
      const spec = specialise(alone, { dims, options, bindings }, device.limits);
      const ranges = Object.fromEntries(
        spec.bindings.map((array, index) => [array.name, fill(device, array, inputs[array.name], index + 1)]),
      );
      const program = await Program.compile(device, [{ kernel: alone, dims, options, scalars, bindings: ranges }]);
      return { submit: (calls) => submitCalls(device, program, calls), isFixed: true };
    },
  };
}

/** An array of the kernel's, with what the case gives for it, else numbers. */
function fill(
  device: Device,
  { name, binding, type, words }: Specialisation["bindings"][number],
  given: HostArray | undefined,
  seed: number,
): BufferRange {
  const size = Math.max(4, words) * 4;
  const range = { buffer: device.pool.acquire(size, name), offset: 0, size };
  if (binding.access === "write" || words === 0) return range;
  if (given) device.upload(range, given);
  else if (type === "f16" || type.endsWith("h")) device.upload(range, noiseHalf(words, seed));
  else if (type === "f32" || type.endsWith("f")) device.upload(range, noise(words, seed));
  else device.upload(range, new Uint32Array(words)); // indices: the first element is always there
  return range;
}

function passOf(name: string): Pass {
  if (/^(adam|sgd)/.test(name)) return "step";
  return /backward|gradient/.test(name) ? "backward" : "forward";
}
