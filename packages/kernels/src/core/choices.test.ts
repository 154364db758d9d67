import { describe, expect, test } from "vitest";
import { describeAdapter } from "./adapter";
import { type ChoiceStore, Choices } from "./choices";
import { defineKernel, perCall, read, write } from "./define-kernel";
import { DEFAULT_LIMITS } from "./limits";
import { flatPlan } from "./plan";
import { type Variant, withVariants } from "./variants";

const named = (name: string) =>
  defineKernel({
    name,
    dims: { n: perCall("numbers") },
    bindings: { x: read("f32", "n"), y: write("f32", "n") },
    plan: ({ n }, limits) => flatPlan(n, limits),
    cost: ({ n }) => ({ flops: n, bytes: 8 * n }),
    wgsl: () => "",
  });
const variant = (name: string, speed: Variant["speed"]): Variant => ({ kernel: named(name), why: `is ${name}`, speed });

const wide = variant("double_wide", ({ dims }) => ((dims.n ?? 0) >= 100 ? 2 : 0.5));
const special = variant("double_special", (_, { features }) => (features.has("subgroups") ? 3 : 0));
const double = withVariants(named("double"), [wide, special]);

const facts = (n: number) => ({ dims: { n }, options: {}, has: { x: true, y: true } });
const device = (description: string, features: string[] = []) => ({
  adapter: describeAdapter({ description }),
  limits: DEFAULT_LIMITS,
  features: new Set(features),
});
const choices = (policy: "measured" | "expected" = "measured", store: ChoiceStore | null = null) =>
  new Choices(device("Some GPU"), policy, store);

function memory(text: string | null = null): ChoiceStore & { text: string | null } {
  const store = {
    text,
    load: async () => store.text,
    save: async (saved: string) => {
      store.text = saved;
    },
  };
  return store;
}

describe("before anything was measured", () => {
  test("the kernel expected to be fastest for the sizes and the device runs", () => {
    expect(choices().find(double, facts(100))).toMatchObject({ kernel: { name: "double_wide" } });
    expect(choices().find(double, facts(99))).toMatchObject({ kernel: { name: "double" } });
    const withSubgroups = new Choices(device("Some GPU", ["subgroups"]), "measured", null);
    expect(withSubgroups.find(double, facts(100)).kernel.name).toBe("double_special");
  });

  test("the reason names what was expected of how many", () => {
    expect(choices().find(double, facts(100)).why).toBe("expected to be the fastest of 2: is double_wide");
    expect(choices().find(named("lonely"), facts(1)).why).toBe("the only kernel for this");
  });

  test("what cannot run, and on a software adapter what is expected to be much slower, is not measured", () => {
    const names = (of: Choices, n: number) => of.open(double, facts(n)).map(({ kernel }) => kernel.name);
    expect(names(choices(), 100)).toEqual(["double_wide", "double"]);
    expect(names(new Choices(device("SwiftShader"), "measured", null), 100)).toEqual([]);
    expect(names(choices("expected"), 100)).toEqual([]);
    expect(choices().open(named("lonely"), facts(1))).toEqual([]);
  });
});

test("the plain kernel runs where that is asked for, whatever is expected or was measured", () => {
  const plain = new Choices(device("Some GPU"), "plain", null);
  plain.record(double, facts(100), { double: 2, double_wide: 1 });
  expect(plain.find(double, facts(100))).toMatchObject({ kernel: { name: "double" } });
  expect(plain.open(double, facts(100))).toEqual([]);
  expect(plain.find(named("lonely"), facts(1)).why).toBe("the only kernel for this");
});

describe("what was measured", () => {
  const times = { double: 1500, double_wide: 2_500_000 };

  test("decides, whatever was expected, for these sizes only", () => {
    const some = choices();
    some.record(double, facts(100), times);
    const { kernel, why } = some.find(double, facts(100));
    expect(kernel.name).toBe("double");
    expect(why).toBe("measured: fastest of 2, 1.5 µs against 2500 µs of double_wide");
    expect(some.open(double, facts(100))).toEqual([]);
    expect(some.find(double, facts(101)).kernel.name).toBe("double_wide");
  });

  test("does not decide where the policy is to go by what is expected", () => {
    const fixed = choices("expected");
    fixed.record(double, facts(100), times);
    expect(fixed.find(double, facts(100)).kernel.name).toBe("double_wide");
  });

  test("leaves the choice to what is expected where there was no memory to measure in", () => {
    const some = choices();
    some.record(double, facts(100), {});
    expect(some.find(double, facts(100)).kernel.name).toBe("double_wide");
    expect(some.open(double, facts(100))).toEqual([]);
  });

  test("is there again in the next run on such a device, and on no other", async () => {
    const store = memory();
    const first = choices("measured", store);
    first.record(double, facts(100), times);
    await first.save();
    const next = choices("measured", store);
    await next.load();
    expect(next.find(double, facts(100)).kernel.name).toBe("double");
    const other = new Choices(device("Another GPU"), "measured", store);
    await other.load();
    expect(other.find(double, facts(100)).kernel.name).toBe("double_wide");
  });

  test("that is no JSON is refused, and says what to do", async () => {
    await expect(choices("measured", memory("<html>")).load()).rejects.toThrowErrorMatchingInlineSnapshot(
      `[ValueError: Choices.load: the stored choices should be JSON as an earlier run saved it but is <html>…. Delete the file or the database: they are measured again.]`,
    );
  });

  test("by other candidates than today's is left alone", async () => {
    const store = memory();
    const first = choices("measured", store);
    first.record(double, facts(100), times);
    await first.save();
    const fewer = withVariants(named("double"), [wide, variant("double_new", () => 5)]);
    const next = choices("measured", store);
    await next.load();
    expect(next.find(fewer, facts(100)).kernel.name).toBe("double_new");
  });
});
