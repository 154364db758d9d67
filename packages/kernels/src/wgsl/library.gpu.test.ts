import { expectClose } from "@unroll/testing";
import { describe, expect, test } from "vitest";
import { defineKernel, flatPlan, perCall, read, runKernel, wgsl, write } from "../core";
import { useTestDevice } from "../test-support/device";
import { mapFunction, sweep } from "../test-support/map-function";
import { activationValue } from "./activation";

const gpu = useTestDevice();
const U = 2 ** -24; // half an ulp of 1
const TINY = 2 ** -126; // below it an implementation may flush to 0

/** erf(x) in float64: its power series, or beyond 3 the continued fraction of erfc (Abramowitz & Stegun 7.1.5, 7.1.14). */
function erf(x: number): number {
  const a = Math.abs(x);
  if (a > 6) return Math.sign(x);
  if (a < 3) {
    let term = x;
    let sum = x;
    for (let n = 1; n < 100; n++) {
      term *= (-x * x) / n;
      sum += term / (2 * n + 1);
    }
    return (2 / Math.sqrt(Math.PI)) * sum;
  }
  let fraction = a;
  for (let k = 120; k > 0; k--) fraction = a + k / 2 / fraction;
  return Math.sign(x) * (1 - Math.exp(-a * a) / Math.sqrt(Math.PI) / fraction);
}

const density = (x: number): number => Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);

async function check(
  expression: string,
  x: Float32Array<ArrayBuffer>,
  reference: (x: number) => number,
  tolerance: { absolute: number; relative?: number },
): Promise<void> {
  const values = await mapFunction(gpu.device, expression, x);
  expectClose(`${expression} at ${x.length} points`, values, Float64Array.from(x, reference), tolerance);
}

test("the reference erf has the values of Abramowitz & Stegun, table 7.1", () => {
  for (const [x, value] of [
    [0.5, 0.5204998778],
    [1, 0.8427007929],
    [2, 0.995322265],
    [3, 0.9999779095],
    [3.5, 0.9999992569],
    [-1, -0.8427007929],
  ] as const) {
    expect(erf(x)).toBeCloseTo(value, 10);
  }
});

describe("within the bounds that their comments state, over all of f32", () => {
  test("expSafe", async () => {
    const held = (x: number): number => Math.exp(Math.min(88, Math.max(-87, x)));
    const x = sweep();
    const values = await mapFunction(gpu.device, "expSafe(x)", x);
    const worst = Float64Array.from(x, (point, i) => {
      const ulps = 3 + 2 * Math.min(88, Math.abs(point)); // WGSL's own bound of exp
      return Math.abs((values[i] ?? Number.NaN) / held(point) - 1) / (ulps * 2 * U);
    });
    expect(Math.max(...worst)).toBeLessThanOrEqual(1);
  });

  test("sigmoid", () => check("sigmoid(x)", sweep(), (x) => 1 / (1 + Math.exp(-x)), { absolute: 8 * U }));

  test("tanhSafe", () => check("tanhSafe(x)", sweep(), Math.tanh, { absolute: 16 * U }));

  test("tanhSafe near 0, relative", () =>
    check("tanhSafe(x)", sweep({ from: -0.12499, to: 0.12499 }), Math.tanh, { absolute: TINY, relative: 8 * U }));

  test("tanhFour", async () => {
    await check("tanhFour(vec4f(x, 0.0, 0.0, 0.0)).x", sweep(), Math.tanh, { absolute: 16 * U });
    await check("tanhFour(vec4f(0.0, 0.0, 0.0, x)).w", sweep({ from: -3, to: 3 }), Math.tanh, { absolute: 16 * U });
  });

  test("softplus", () =>
    check("softplus(x)", sweep(), (x) => activationValue({ name: "softplus" }, x), { absolute: 16 * U, relative: U }));

  test("erf", () => check("erf(x)", sweep(), erf, { absolute: 6 * U }));

  test("geluSlope", () =>
    check(
      "geluSlope(x)",
      sweep(),
      (x) => (Math.abs(x) > 40 ? Number(x > 0) : 0.5 * (1 + erf(x / Math.SQRT2)) + x * density(x)),
      {
        absolute: 8 * U,
      },
    ));

  /** Errors in units of a bound that depends on the point. */
  const inUnitsOf = async (expression: string, reference: (x: number) => number, bound: (x: number) => number) => {
    const x = sweep();
    const values = await mapFunction(gpu.device, expression, x);
    const worst = x.reduce((most, point, i) => {
      const error = Math.abs((values[i] ?? Number.NaN) - reference(point)) / bound(point);
      return Math.max(error, most); // NaN stays
    }, 0);
    expect(worst, expression).toBeLessThanOrEqual(1);
  };
  const sigmoid64 = (x: number): number => 1 / (1 + Math.exp(-x));
  /** 2u, u = √(2/π)·(x + 0.044715·x³) */
  const inner = (x: number): number => 2 * Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3);
  const innerSlope = (x: number): number => 2 * Math.sqrt(2 / Math.PI) * (1 + 3 * 0.044715 * x * x);
  const weight = (x: number): number => Math.tanh(activationValue({ name: "softplus" }, x));
  const times = (x: number, slope: number): number => (slope === 0 ? 0 : x * slope); // ∞·0 is 0 at the ends

  test("expm1", () => {
    const held = (x: number): number => Math.expm1(Math.min(88, x));
    return inUnitsOf("expm1(x)", held, (x) => {
      const a = Math.min(88, Math.abs(x));
      const relative =
        a < 0.5 ? 6 : ((3 + 2 * a) * 2 * Math.exp(Math.max(-87, Math.min(x, 88)))) / Math.abs(held(x)) + 2;
      return relative * U * Math.abs(held(x)) + TINY;
    });
  });

  test("swish and its slope", async () => {
    await inUnitsOf(
      "swish(x, 1.0)",
      (x) => x * sigmoid64(x),
      (x) => 10 * U * Math.abs(x) + TINY,
    );
    await inUnitsOf(
      "swishSlope(x, 1.0)",
      (x) => sigmoid64(x) * (1 + times(x, sigmoid64(-x))),
      () => 20 * U,
    );
  });

  test("geluTanh and its slope", async () => {
    await inUnitsOf(
      "geluTanh(x)",
      (x) => x * sigmoid64(inner(x)),
      (x) => 10 * U * Math.min(10, Math.abs(x)) + (x > 10 ? U * x : 0) + TINY,
    );
    await inUnitsOf(
      "geluTanhSlope(x)",
      (x) => sigmoid64(inner(x)) * (1 + (Math.abs(x) > 1e10 ? 0 : x * sigmoid64(-inner(x)) * innerSlope(x))),
      () => 20 * U,
    );
  });

  test("mish and its slope", async () => {
    await inUnitsOf("tanhSoftplus(x)", weight, () => 12 * U);
    await inUnitsOf(
      "mish(x)",
      (x) => x * weight(x),
      (x) => 12 * U * Math.abs(x) + TINY,
    );
    await inUnitsOf(
      "mishSlope(x)",
      (x) => weight(x) + times(x, (1 - weight(x) ** 2) * sigmoid64(x)),
      () => 32 * U,
    );
  });

  test("log1p", () =>
    check("log1p(x)", sweep({ from: -0.9999, to: 3e38 }), Math.log1p, { absolute: TINY, relative: 24 * U }));
});

describe("no infinity and no NaN comes out", () => {
  const functions = ["expSafe", "sigmoid", "tanhSafe", "softplus", "erf", "geluSlope", "expm1"];
  const gates = ["geluTanh", "geluTanhSlope", "tanhSoftplus", "mish", "mishSlope"];
  test.each([...functions, ...gates])("of %s", async (name) => {
    const values = await mapFunction(gpu.device, `${name}(x)`, Float32Array.of(3.4e38, -3.4e38, 1e-45, -1e-45, 0, -0));
    expect(values.every(Number.isFinite), String(values)).toBe(true);
  });
});

test("odd functions are odd to the last bit", async () => {
  const x = sweep({ from: 0 });
  for (const name of ["tanhSafe", "erf"]) {
    const sum = await mapFunction(gpu.device, `${name}(x) + ${name}(-x)`, x);
    expect(
      sum.every((value) => value === 0),
      name,
    ).toBe(true);
  }
});

test("tanhSafe, sigmoid and erf never leave their range, and do reach its ends", async () => {
  const x = sweep();
  for (const [name, low, high] of [
    ["tanhSafe", -1, 1],
    ["sigmoid", 0, 1],
    ["erf", -1, 1],
  ] as const) {
    const values = await mapFunction(gpu.device, `${name}(x)`, x);
    expect(
      values.every((value) => value >= low && value <= high),
      name,
    ).toBe(true);
    expect((await mapFunction(gpu.device, `${name}(x)`, Float32Array.of(3e38)))[0]).toBe(high);
  }
});

describe("power", () => {
  const bases = Float32Array.from([1e-6, 0.1, 0.5, 0.9, 1, 1.1, 2, 7.25, 1000], Math.fround);
  const exponents = [-3, -1, -0.5, 0, 0.3, 0.5, 1, 2, 3, 4.5];

  test("equals x^y within what exp2 and log2 are granted", async () => {
    for (const y of exponents) {
      const values = await mapFunction(
        gpu.device,
        "power(x, y)",
        bases,
        bases.map(() => y),
      );
      for (const [i, x] of bases.entries()) {
        const expected = x ** Math.fround(y);
        // log2 is good to 2^-21 within [0.5, 2] and to 3 ulp elsewhere, times y; the product rounds; exp2 adds 3 + 2|p| ulp
        const exponent = Math.abs(y * Math.log2(x));
        const log = x >= 0.5 && x <= 2 ? 2 ** -21 : 6 * U * Math.abs(Math.log2(x));
        const relative = Math.LN2 * (Math.abs(y) * log + U * exponent) + (3 + 2 * exponent) * 2 * U;
        expect(Math.abs((values[i] ?? Number.NaN) / expected - 1), `${x}^${y}`).toBeLessThanOrEqual(relative);
      }
    }
  });

  test.each([
    [-2, 2, 4],
    [-3, 1, -3],
    [-3, 0, 1],
    [0, 3, 0],
    [0, 0.5, 0],
    [0, 0, 1],
    [1e-30, 1, 1e-30],
    [3e19, 2, Math.fround(3e19) ** 2],
  ])("%d^%d is exactly %d", async (x, y, expected) => {
    const [value] = await mapFunction(gpu.device, "power(x, y)", Float32Array.of(x), Float32Array.of(y));
    expect(value).toBe(Math.fround(expected));
  });

  test("of a negative base takes the sign of a whole exponent's parity", async () => {
    const y = Float32Array.of(3, 4, 5, -1, -2, -3);
    const values = await mapFunction(
      gpu.device,
      "power(x, y)",
      y.map(() => -2),
      y,
    );
    // |p| ≤ 5: 3 + 10 ulp of exp2, and 2^-21·5·ln 2 through log2
    expectClose(
      "power",
      values,
      Float64Array.from(y, (exponent) => (-2) ** exponent),
      { absolute: 0, relative: 56 * U },
    );
  });
});

test("isFinite tells by bits, where the compiler may assume all is finite", async () => {
  const bits = Uint32Array.of(
    0,
    1,
    0x80000000,
    0x7f7fffff,
    0xff7fffff,
    0x7f800000,
    0xff800000,
    0x7fc00000,
    0x7f800001,
    0xffffffff,
  );
  const x = new Float32Array(bits.buffer);
  const told = await mapFunction(gpu.device, "select(0.0, 1.0, isFinite(x))", x);
  expect([...told]).toEqual([1, 1, 1, 1, 1, 0, 0, 0, 0, 0]);
});

describe("words of the generator", () => {
  test("mulHigh gives the upper half of a 64-bit product", async () => {
    const kernel = defineKernel({
      name: "mul_high",
      dims: { n: perCall("products") },
      bindings: { a: read("u32", "n"), b: read("u32", "n"), out: write("u32", "n") },
      plan: ({ n }, limits) => flatPlan(n, limits),
      cost: () => ({ flops: 0, bytes: 0 }),
      wgsl: (plan) => wgsl`
      @compute @workgroup_size(${plan.workgroupSize})
      fn main(@builtin(global_invocation_id) id: vec3u) {
        if (id.x < dims.n) { out[id.x] = mulHigh(a[id.x], b[id.x]); }
      }`,
    });
    const edges = [
      0, 1, 0xffff, 0x10000, 0x1ffff, 0x7fffffff, 0x80000000, 0xffff0000, 0xffffffff, 0xd2511f53, 0xcd9e8d57,
    ];
    const a = Uint32Array.from(edges.flatMap((value) => edges.map(() => value)));
    const b = Uint32Array.from(edges.flatMap(() => edges));
    const { out } = await runKernel(gpu.device, kernel, { dims: { n: a.length }, inputs: { a, b } });
    const expected = Uint32Array.from(a, (value, i) => Number((BigInt(value) * BigInt(b[i] ?? 0)) >> 32n));
    expect(out).toEqual(expected);
  });

  test("unitFloat takes 24 bits and never reaches 1", async () => {
    const bits = Uint32Array.of(0, 0xff, 0x100, 0x80000000, 0xffffffff);
    const values = await mapFunction(gpu.device, "unitFloat(bitcast<u32>(x))", new Float32Array(bits.buffer));
    expect([...values]).toEqual([0, 0, 2 ** -24, 0.5, 1 - 2 ** -24]);
  });
});
