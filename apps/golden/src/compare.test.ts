import { expect, test } from "vitest";
import { type Check, failed, judge, UnsupportedCase } from "./compare";

const named = { family: "family", name: "name" };

const of = (actual: number[], expected: number[], shape = [actual.length]): Check => ({
  what: "output",
  actual: { shape, data: Float32Array.from(actual) },
  expected: { dtype: "float32", shape: [expected.length], data: Float64Array.from(expected) },
  tolerance: { absolute: 1e-5, relative: 1e-5 },
});

test("numbers within the tolerance pass, and the largest error is told", () => {
  const report = judge(named, [of([1, 100.0005], [1, 100]), of([0], [0])]);
  expect(report).toMatchObject({ ...named, status: "passed", absolute: 1e-5, relative: 1e-5, reason: null });
  expect(report.error).toBeCloseTo(5e-4, 5);
});

test.each([
  { what: "a wrong number", actual: [1, 2.001] },
  { what: "a NaN", actual: [1, Number.NaN] },
  { what: "an infinity", actual: [1, Number.POSITIVE_INFINITY] },
])("$what fails", ({ actual }) => {
  const report = judge(named, [of([0], [0]), of(actual, [1, 2])]);
  expect(report.status).toBe("failed");
  expect(report.reason).toContain("at [1] 2 was expected");
});

test("another shape fails, also with as many numbers", () => {
  const report = judge(named, [of([1, 2], [1, 2], [2, 1])]);
  expect(report).toMatchObject({ status: "failed", error: null });
  expect(report.reason).toMatchInlineSnapshot(`"output: [2] was expected but [2, 1] came."`);
});

test("NaN and infinities pass only where they are expected", () => {
  const { NaN: nan, NEGATIVE_INFINITY: minus } = Number;
  expect(judge(named, [of([nan, minus], [nan, minus])]).status).toBe("passed");
  expect(judge(named, [of([0, minus], [nan, minus])]).status).toBe("failed");
  expect(judge(named, [of([nan, -1e38], [nan, minus])]).status).toBe("failed");
});

test("a case that compares nothing fails", () => {
  expect(judge(named, [])).toMatchObject({ status: "failed", error: null });
});

test("only a case that says so is unsupported; any other error fails", () => {
  expect(failed(named, new UnsupportedCase("peephole connections"))).toMatchObject({
    status: "unsupported",
    reason: "peephole connections",
  });
  expect(failed(named, new TypeError("no"))).toMatchObject({ status: "failed", reason: "TypeError: no" });
});
