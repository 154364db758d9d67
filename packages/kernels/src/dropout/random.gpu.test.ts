import { normal } from "@unroll/testing";
import { describe, expect, test } from "vitest";
import { defineKernel, flatPlan, perCall, read, runKernel, wgsl, write } from "../core";
import { checkKernel } from "../test-support/check-kernel";
import { useTestDevice } from "../test-support/device";
import { dropoutReference, normalReference, uniformReference } from "./philox.reference";
import { dropout, randomNormal, randomUniform } from "./random";

const gpu = useTestDevice();
const ULP = 2 ** -23;
const DRAW = { seedLow: 0xdeadbeef, seedHigh: 7, stream: 3, draw: 4_000_000_000 };
const SIZES = [1, 2, 3, 4, 5, 255, 257, 10_007, 0];

test("the WGSL generator gives Philox's published words", async () => {
  const words = defineKernel({
    name: "philox_words",
    dims: { N: perCall("counters") },
    bindings: { counters: read("vec4u", "N"), keys: read("vec2u", "N"), out: write("vec4u", "N") },
    plan: ({ N }, limits) => flatPlan(N, limits),
    cost: ({ N }) => ({ flops: 100 * N, bytes: 40 * N }),
    wgsl: (plan) => wgsl`
    @compute @workgroup_size(${plan.workgroupSize})
    fn main(@builtin(global_invocation_id) id: vec3u) {
      if (id.x < dims.N) { out[id.x] = philox(counters[id.x], keys[id.x]); }
    }`,
  });
  const ones = 0xffffffff;
  // Random123, kat_vectors, philox4x32 10
  await checkKernel(gpu.device, words, {
    dims: { N: 3 },
    inputs: {
      counters: [0, 0, 0, 0, ones, ones, ones, ones, 0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
      keys: [0, 0, ones, ones, 0xa4093822, 0x299f31d0],
    },
    expected: {
      out: [
        0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8, 0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd, 0xd16cfe09,
        0x94fdcceb, 0x5001e420, 0x24126ea1,
      ],
    },
    tolerance: { absolute: 0.5 },
  });
});

describe.each(SIZES)("%i elements", (N) => {
  test.each([1, 3])("dropout of %i rows keeps exactly what the reference keeps", async (R) => {
    const x = normal([R, N], { seed: 1 }).data;
    const p = Math.fround(0.3);
    await checkKernel(gpu.device, dropout, {
      dims: { R, N },
      scalars: { p, ...DRAW },
      inputs: { x },
      expected: { y: dropoutReference(x, p, DRAW, R) },
      tolerance: { absolute: 2 ** -126, relative: 3 * ULP }, // 1 − p, and a quotient of 2.5 ulp
    });
  });

  test("uniform numbers", async () => {
    await checkKernel(gpu.device, randomUniform, {
      dims: { N },
      scalars: { low: -2, high: 3, ...DRAW },
      inputs: {},
      expected: { out: uniformReference(N, -2, 3, DRAW) },
      tolerance: { absolute: 5 * ULP }, // two roundings of numbers up to 5
    });
  });

  test("normal numbers", async () => {
    await checkKernel(gpu.device, randomNormal, {
      dims: { N },
      scalars: { mean: 1, deviation: 2, ...DRAW },
      inputs: {},
      expected: { out: normalReference(N, 1, 2, DRAW) },
      // WGSL grants cos and sin 2^-11 each, times a radius of at most 5.77 and the deviation; near u = 1 the logarithm
      // is off by 2^-21, whose root is 2^-10
      tolerance: { absolute: 2 * (5.77 * 2 ** -11 + 2 ** -10) },
    });
  });
});

test("p = 0 keeps all and p = 1 none", async () => {
  const x = new Float32Array(1000).fill(3);
  const call = (p: number) =>
    runKernel(gpu.device, dropout, { dims: { R: 1, N: 1000 }, scalars: { p, ...DRAW }, inputs: { x } });
  expect((await call(0)).y).toEqual(x);
  expect((await call(1)).y).toEqual(new Float32Array(1000));
});

test("a row made longer keeps what it drew", async () => {
  const call = (N: number) =>
    runKernel(gpu.device, dropout, {
      dims: { R: 3, N },
      scalars: { p: 0.5, ...DRAW },
      inputs: { x: new Float32Array(3 * N).fill(1) },
    });
  const [short, long] = [(await call(10)).y ?? [], (await call(17)).y ?? []];
  for (let row = 0; row < 3; row++) {
    expect(long.slice(row * 17, row * 17 + 10)).toEqual(short.slice(row * 10, (row + 1) * 10));
  }
  expect(new Set(short)).toEqual(new Set([0, 2]));
});

test("the same draw repeats bit for bit, and any other differs", async () => {
  const N = 4096;
  const draw = async (change: Partial<typeof DRAW>) => {
    const { out } = await runKernel(gpu.device, randomUniform, {
      dims: { N },
      scalars: { low: 0, high: 1, ...DRAW, ...change },
      inputs: {},
    });
    if (!out) throw new Error("Nothing came back.");
    return out;
  };
  const first = await draw({});
  expect(await draw({})).toEqual(first);
  for (const change of [{ draw: 1 }, { stream: 9 }, { seedLow: 1 }, { seedHigh: 8 }]) {
    const other = await draw(change);
    let product = 0;
    for (let i = 0; i < N; i++) product += ((first[i] ?? 0) - 0.5) * ((other[i] ?? 0) - 0.5);
    // correlation of independent numbers: 0 within five standard errors of 1/√N
    expect(Math.abs((product / N) * 12), JSON.stringify(change)).toBeLessThan(5 / Math.sqrt(N));
  }
});
