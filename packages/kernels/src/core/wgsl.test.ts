import { expect, test } from "vitest";
import { WGSL_LIBRARY } from "../wgsl/library";
import { libraryFor, wgsl } from "./wgsl";

/** Names of the functions that a code defines, in order. */
const defined = (code: string): string[] => [...code.matchAll(/\bfn (\w+)\(/g)].map(([, name = ""]) => name);

test("wgsl pastes numbers and code as they are", () => {
  expect(wgsl`a[${1}u] = ${"x + y"};`).toBe("a[1u] = x + y;");
});

test("only what is called is pulled in, once", () => {
  expect(libraryFor("let x = 1.0;")).toBe("");
  expect(defined(libraryFor("sigmoid(x) + sigmoid(y) * tanhSafe (z)"))).toEqual(["sigmoid", "tanhSafe"]);
  expect(libraryFor("sigmoidal(x) + my_tanhSafe(y) + erf2(z)")).toBe("");
});

test("what a function calls comes before it, once", () => {
  expect(defined(libraryFor("geluSlope(x) + erf(x)"))).toEqual(["erf", "geluSlope"]);
  expect(defined(libraryFor("philox(c, k)"))).toEqual(["mulHigh", "philox"]);
});

test("every function of the library comes with all it calls, each defined before it is used", () => {
  const names = Object.keys(WGSL_LIBRARY);
  expect(names.length).toBeGreaterThan(10);
  for (const name of names) {
    const order = defined(libraryFor(`${name}(x)`));
    expect(order.at(-1), name).toBe(name);
    expect(new Set(order).size, name).toBe(order.length);
    for (const [at, each] of order.entries()) {
      const calls = names.filter(
        (other) => other !== each && new RegExp(`\\b${other}\\(`).test(WGSL_LIBRARY[each] ?? ""),
      );
      for (const call of calls) expect(order.slice(0, at), `${each} calls ${call}`).toContain(call);
    }
  }
});
