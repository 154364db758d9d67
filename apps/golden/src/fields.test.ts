import { expect, test } from "vitest";
import { UnsupportedCase } from "./compare";
import { Fields } from "./fields";

test("fields that a reader does not know make a case unsupported", () => {
  const fields = new Fields("case", { a: 1, b: 2, c: 3 });
  expect(() => fields.only("a")).toThrow(UnsupportedCase);
  expect(() => fields.only("a")).toThrowErrorMatchingInlineSnapshot(`[UnsupportedCase: case: b, c not known]`);
  expect(fields.only("a", "b", "c")).toBe(fields);
});

test("a field of another type is named", () => {
  const fields = new Fields("case", { units: "three" });
  expect(() => fields.number("units")).toThrowErrorMatchingInlineSnapshot(
    `[TypeError: case.units should be a number but is "three".]`,
  );
  expect(() => fields.fields("config")).toThrow("case.config should be a record");
});

test("a tolerance that is stated is taken as it stands", () => {
  expect(new Fields("case", { atol: 1e-3 }).tolerance()).toEqual({ absolute: 1e-3, relative: 0 });
  expect(new Fields("case", { rtol: 1e-6, checked: [{ max_abs_err: 5e-5 }] }).tolerance()).toEqual({
    absolute: 0,
    relative: 1e-6,
  });
  const outer = { absolute: 1, relative: 2 };
  expect(new Fields("step", {}).tolerance(outer)).toBe(outer);
});

test.each([
  { errors: [], absolute: 1e-5 },
  { errors: [6e-5, Number.POSITIVE_INFINITY], absolute: 7e-5 },
  { errors: [6e-5, 0], absolute: 1e-5 },
  { errors: ["Infinity"], absolute: 1e-5 },
  { errors: [0.5], absolute: 1e-5 },
])("an unstated tolerance allows for what $errors say of the stated numbers", ({ errors, absolute }) => {
  const checked = errors.map((max_abs_err) => ({ by: "someone", max_abs_err }));
  const tolerance = new Fields("case", { checked }).tolerance();
  expect(tolerance.absolute).toBeCloseTo(absolute, 12);
  expect(tolerance.relative).toBe(1e-5);
});
