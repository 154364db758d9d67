import { seededRandom } from "@unroll/testing";
import { describe, expect, test } from "vitest";
import { add, exp, mul, neg, reshape, softmax, sub, type Tensor, tensor } from "..";
import { inputsOf } from "../graph/node";
import { fuse, type Step } from "./fuse";
import { trace } from "./trace";

const leaf = (): Tensor => tensor(new Float32Array(6), { shape: [2, 3] });
const steps = (...roots: Tensor[]): Step[] => fuse(trace(roots).nodes, [], new Set(roots));

/** What a step reads and what it makes. */
function ports(step: Step): { reads: readonly Tensor[]; makes: readonly Tensor[] } {
  if (step.kind === "group") return { reads: step.inputs, makes: step.outputs };
  if (step.kind === "view") return { reads: [step.node.input], makes: [step.output] };
  return { reads: inputsOf(step.node), makes: Object.values(step.node.outputs) };
}

/** Checks that every step finds what it reads, that all roots are made, and that every group fits 8 bindings. */
function expectRunnable(roots: readonly Tensor[]): Step[] {
  const traced = trace(roots);
  const found = fuse(traced.nodes, [], new Set(roots));
  const ready = new Set<Tensor>(traced.leaves.map(({ tensor: t }) => t));
  for (const step of found) {
    const { reads, makes } = ports(step);
    expect(reads.filter((input) => !ready.has(input)).map(String)).toEqual([]);
    for (const output of makes) ready.add(output);
    if (step.kind === "group") expect(new Set([...reads, ...makes]).size).toBeLessThanOrEqual(8);
  }
  expect(roots.filter((root) => !ready.has(root)).map(String)).toEqual([]);
  return found;
}

describe("fusion", () => {
  test("a chain of elementwise operations becomes one group that writes its end only", () => {
    const x = leaf();
    const end = mul(neg(exp(add(x, 1))), x);
    const [group, ...rest] = steps(end);
    expect(rest).toEqual([]);
    if (group?.kind !== "group") throw new Error("The chain is no group.");
    expect(group.program.instructions.map(({ op }) => op)).toEqual(["add", "exp", "neg", "mul"]);
    expect(group.inputs).toEqual([x]);
    expect(group.outputs).toEqual([end]);
  });

  test("a value inside a chain that is asked for is written too, from the same group", () => {
    const middle = exp(leaf());
    const end = neg(middle);
    const [group, ...rest] = steps(end, middle);
    expect(rest).toEqual([]);
    expect(group?.kind === "group" && group.outputs).toEqual([middle, end]);
  });

  test("a value inside a chain that a kernel reads is written too", () => {
    const middle = exp(leaf());
    const found = expectRunnable([softmax(middle), neg(middle)]);
    expect(found.map(({ kind }) => kind).sort()).toEqual(["group", "kernel"]);
  });

  test("a diamond through a kernel is cut, or its group would wait for itself", () => {
    const top = exp(leaf());
    const bottom = add(top, softmax(top));
    const found = expectRunnable([bottom]);
    expect(found.map(({ kind }) => kind)).toEqual(["group", "kernel", "group"]);
  });

  test("two diamonds that cross do not lock each other", () => {
    const [a, b] = [exp(leaf()), neg(leaf())];
    const left = add(a, softmax(b));
    const right = add(b, softmax(a));
    expectRunnable([mul(left, right), sub(left, right)]);
  });

  test("groups of other shapes stay apart", () => {
    const x = leaf();
    const row = exp(tensor([1, 2, 3]));
    const found = expectRunnable([mul(exp(x), row)]);
    expect(found.map((step) => step.kind === "group" && step.program.shape)).toEqual([[3], [2, 3]]);
  });

  test("a sum of twenty tensors takes as few groups as 8 bindings allow", () => {
    const tensors = Array.from({ length: 20 }, leaf);
    const found = expectRunnable([tensors.reduce((a, b) => add(a, b))]);
    // Six new arrays each at most, beside what came before and what comes out: ⌈19/6⌉.
    expect(found.length).toBeGreaterThanOrEqual(4);
    expect(found.length).toBeLessThan(19 / 2);
  });

  test.each([1, 2, 3, 4, 5, 6, 7, 8])("any graph can run in the order found: seed %i", (seed) => {
    const random = seededRandom(seed);
    const pick = (of: readonly Tensor[]): Tensor => of[Math.floor(random() * of.length)] as Tensor;
    const values = [leaf(), leaf(), leaf()];
    for (let n = 0; n < 120; n++) {
      const choice = Math.floor(random() * 6);
      const recent = values.slice(-12);
      if (choice === 0) values.push(softmax(pick(recent)));
      else if (choice === 1) values.push(reshape(reshape(pick(recent), [6]), [2, 3]));
      else if (choice === 2) values.push(exp(pick(recent)));
      else values.push(add(pick(recent), pick(values)));
    }
    expectRunnable([...values.slice(-3), pick(values), pick(values)].filter(({ node }) => node.kind !== "host"));
  });
});
