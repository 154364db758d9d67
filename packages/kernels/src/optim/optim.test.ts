import { describe, expect, test } from "vitest";
import { DEFAULT_LIMITS, specialise } from "../core";
import { adam } from "./adam";
import { type AdamState, adamReference, clippedReference, sgdReference } from "./optim.reference";
import { readReport, reportWords } from "./report";

const zeros = (n: number) => new Float64Array(n);
/** Closed forms below hold but for the rounding of float64. */
const digits = 12;

describe("sgd reference", () => {
  test("a constant gradient builds up to g/(1 − μ)", () => {
    const [lr, momentum, g] = [0.1, 0.9, 2];
    let state = { parameters: Float64Array.of(1), velocity: zeros(1) };
    let expected = 1;
    for (let t = 1; t <= 20; t++) {
      const next = sgdReference({ ...state, gradients: Float64Array.of(g) }, { lr, momentum });
      state = { parameters: next.parameters, velocity: next.velocity ?? zeros(1) };
      expected -= (lr * g * (1 - momentum ** t)) / (1 - momentum);
      expect(state.parameters[0]).toBeCloseTo(expected, digits);
    }
  });

  test("nesterov looks ahead by one momentum step, dampening shrinks what enters the velocity", () => {
    const inputs = { parameters: Float64Array.of(1), gradients: Float64Array.of(4), velocity: Float64Array.of(2) };
    // v = 0.5·2 + 0.75·4 = 4; nesterov: 4 + 0.5·4 = 6
    const settings = { lr: 0.1, momentum: 0.5, dampening: 0.25 };
    expect(sgdReference(inputs, settings).parameters[0]).toBeCloseTo(0.6, digits);
    expect(sgdReference(inputs, { ...settings, nesterov: true }).parameters[0]).toBeCloseTo(0.4, digits);
  });

  test("weight decay without gradient shrinks geometrically", () => {
    let parameters = Float64Array.of(3);
    for (let t = 0; t < 5; t++)
      ({ parameters } = sgdReference({ parameters, gradients: zeros(1) }, { lr: 0.5, weightDecay: 0.2 }));
    expect(parameters[0]).toBeCloseTo(3 * 0.9 ** 5, digits);
  });
});

describe("adam reference", () => {
  const settings = { lr: 0.01, beta1: 0.9, beta2: 0.999, eps: 1e-8 };
  const start = (p: number, amsgrad = false): AdamState => ({
    parameters: Float64Array.of(p),
    m: zeros(1),
    v: zeros(1),
    ...(amsgrad ? { largest: zeros(1) } : {}),
  });

  test("a constant gradient moves by lr·g/(|g| + ε) each update: both corrections cancel their averages", () => {
    let state = start(1);
    for (let t = 1; t <= 30; t++) {
      state = adamReference({ ...state, gradients: Float64Array.of(-0.3) }, { ...settings, t });
      expect(state.parameters[0]).toBeCloseTo(1 + (t * 0.01 * 0.3) / (0.3 + 1e-8), digits);
    }
  });

  test("decoupled decay without gradient shrinks geometrically, L2 decay moves like a gradient", () => {
    let decoupled = start(2);
    for (let t = 1; t <= 3; t++) {
      decoupled = adamReference(
        { ...decoupled, gradients: zeros(1) },
        { ...settings, lr: 1, weightDecay: 0.004, decoupled: true, t },
      );
    }
    expect(decoupled.parameters[0]).toBeCloseTo(2 * 0.996 ** 3, digits);
    const l2 = adamReference({ ...start(2), gradients: zeros(1) }, { ...settings, weightDecay: 0.5, t: 1 });
    expect(l2.parameters[0]).toBeCloseTo(2 - 0.01 / (1 + 1e-8), digits);
  });

  test("amsgrad divides by the largest second moment so far", () => {
    let state = start(0, true);
    for (const [t, g] of [
      [1, 10],
      [2, 0],
    ] as const) {
      state = adamReference({ ...state, gradients: Float64Array.of(g) }, { ...settings, t });
    }
    // v was 0.001·100 after the first update and is 0.999 of that after the second
    expect(state.largest?.[0]).toBeCloseTo(0.1, digits);
    expect(state.v[0]).toBeCloseTo(0.0999, digits);
    const second = (0.01 * (0.9 / (1 - 0.81))) / (Math.sqrt(0.1 / (1 - 0.999 ** 2)) + 1e-8);
    expect(state.parameters[0]).toBeCloseTo(-0.01 - second, 9);
  });
});

test("clipping scales by the norm first, then bounds each element", () => {
  const g = Float64Array.of(3, -4);
  expect([...clippedReference(g, {})]).toEqual([3, -4]);
  expect([...clippedReference(g, { clipNorm: 5.1 })]).toEqual([3, -4]);
  const [x, y] = clippedReference(g, { clipNorm: 1 });
  expect([x, y].map((value) => value?.toFixed(6))).toEqual(["0.600000", "-0.800000"]);
  expect([...clippedReference(g, { clipNorm: 10, clipValue: 3.5 })]).toEqual([3, -3.5]);
});

test("a report's words are read back as numbers", () => {
  const norm = new Uint32Array(Float32Array.of(2.5).buffer)[0] ?? 0;
  expect(readReport(Uint32Array.of(norm, 1, 0xffffffff, 3))).toEqual({
    norm: 2.5,
    finite: true,
    firstBad: undefined,
    skipped: 3,
    lossScale: 1,
  });
  expect(readReport(Uint32Array.of(norm, 0, 7, 4))).toEqual({
    norm: 2.5,
    finite: false,
    firstBad: 7,
    skipped: 4,
    lossScale: 1,
  });
  const told = { norm: 0.5, finite: false, firstBad: 9, skipped: 2, lossScale: 2 ** 12 };
  expect(readReport(reportWords(told))).toEqual(told);
});

test("an update without a report is refused", () => {
  const call = { dims: { n: 3, P: 0, U: 0 }, bindings: ["parameters", "gradients", "m", "v"] };
  expect(() => specialise(adam, call, DEFAULT_LIMITS)).toThrowErrorMatchingInlineSnapshot(
    `[ValueError: adam: binding "report" should be given but is missing.]`,
  );
});
