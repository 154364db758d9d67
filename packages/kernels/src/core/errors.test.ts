import { describe, expect, test } from "vitest";
import * as errors from "./errors";
import { ShapeError, UnrollError, unsupported, WebGPUUnavailableError } from "./errors";

describe("a message says where, what was expected, what came and what to do", () => {
  test.each([
    [
      { where: "LSTM.forward", what: "x", expected: "[B, T, 64]", received: "[32, 100, 128]", remedy: "Project it." },
      "LSTM.forward: x should be [B, T, 64] but is [32, 100, 128]. Project it.",
    ],
    [{ where: "f", what: "x", expected: "given" }, "f: x should be given."],
    [{ where: "f", what: "x", received: "disposed of" }, "f: x is disposed of."],
    [{ where: "f", what: "the device was lost" }, "f: the device was lost."],
    [{ where: "f", expected: "1", received: "2" }, "f: should be 1 but is 2."],
    [{ where: "f", remedy: "Call open()." }, "f: Call open()."],
  ])("%o", (facts, message) => {
    expect(new UnrollError(facts).message).toBe(message);
  });
});

test("an error carries its facts, its class and its cause", () => {
  const cause = new Error("deeper");
  const facts = { where: "f", what: "x", expected: "1", received: "2", remedy: "Do." };
  const error = new ShapeError(facts, { cause });
  expect(error).toMatchObject({ ...facts, name: "ShapeError", cause });
  expect(error).toBeInstanceOf(UnrollError);
  expect(error).toBeInstanceOf(Error);
});

test("every error class is named as it is exported, and derives from UnrollError", () => {
  const classes = Object.entries(errors).filter(([name]) => name.endsWith("Error"));
  expect(classes.map(([name]) => name).sort()).toEqual([
    "DTypeError",
    "DeviceLimitError",
    "DeviceLostError",
    "DeviceMismatchError",
    "DisposedError",
    "OutOfMemoryError",
    "ShaderError",
    "ShapeError",
    "UnrollError",
    "UnsupportedError",
    "ValueError",
    "WebGPUUnavailableError",
  ]);
  for (const [name, made] of Object.entries({
    DTypeError: new errors.DTypeError({ where: "f" }),
    DeviceLimitError: new errors.DeviceLimitError({ where: "f" }),
    DeviceLostError: new errors.DeviceLostError({ where: "f" }),
    DeviceMismatchError: new errors.DeviceMismatchError({ where: "f" }),
    DisposedError: new errors.DisposedError({ where: "f" }),
    OutOfMemoryError: new errors.OutOfMemoryError({ where: "f" }),
    ShaderError: new errors.ShaderError({ where: "f" }),
    UnsupportedError: new errors.UnsupportedError({ where: "f" }),
    ValueError: new errors.ValueError({ where: "f" }),
    WebGPUUnavailableError: new WebGPUUnavailableError("no-webgpu", { where: "f" }),
  })) {
    expect(made).toBeInstanceOf(UnrollError);
    expect(made.name).toBe(name);
  }
});

test("unsupported throws", () => {
  expect(() => unsupported("matmul", "f16 sums do not exist", "Use f32.")).toThrowErrorMatchingInlineSnapshot(
    `[UnsupportedError: matmul: f16 sums do not exist. Use f32.]`,
  );
});
