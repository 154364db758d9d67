import { describe, expect, test } from "vitest";
import {
  abs,
  add,
  evaluate,
  exp,
  explain,
  matmul,
  mul,
  neg,
  parameter,
  planStatistics,
  reshape,
  SGD,
  slice,
  softmax,
  sub,
  sum,
  type Tensor,
  tensor,
  transpose,
} from "..";
import { useTestDevice } from "../test-support/device";
import { batch, Classifier, lossOf } from "../test-support/models";

const gpu = useTestDevice();
const ramp = (n: number): Float32Array<ArrayBuffer> => Float32Array.from({ length: n }, (_, i) => (i % 13) - 6);
const matrix = (rows: number, columns: number): Tensor => tensor(ramp(rows * columns), { shape: [rows, columns] });

/** Dispatches that computing some tensors takes. */
async function dispatches(...tensors: Tensor[]): Promise<number> {
  const before = gpu.device.counters.snapshot();
  await evaluate(tensors);
  return gpu.device.counters.since(before).dispatches;
}

describe("fusion on the device", () => {
  test("a chain of elementwise operations is one dispatch, and explain says so", async () => {
    const end = neg(abs(mul(add(matrix(3, 4), 1), 2)));
    const plan = await explain(end);
    expect(plan.dispatches).toBe(1);
    expect(String(plan)).toMatchInlineSnapshot(`
      "kernel                       dispatches  workgroups  flops  bytes  why
      elementwise_add_mul_abs_neg           1       1x1x1     48     96  add_mul_abs_neg merged into one kernel
      total                                 1                 48     96"
    `);
    expect(await dispatches(end)).toBe(1);
    expect(await end.data()).toEqual(ramp(12).map((x) => -Math.abs((x + 1) * 2)));
  });

  test("a value inside the chain that is asked for too comes from the same dispatch", async () => {
    const middle = mul(matrix(3, 4), 2);
    const end = sub(middle, 1);
    expect(await dispatches(end, middle)).toBe(1);
    expect(await middle.data()).toEqual(ramp(12).map((x) => x * 2));
    expect(await end.data()).toEqual(ramp(12).map((x) => x * 2 - 1));
  });

  test("a sum of thirty tensors stays within eight bindings a dispatch", async () => {
    const parts = Array.from({ length: 30 }, (_, k) => tensor([k, 1, -k]));
    expect(await parts.reduce((a, b) => add(a, b)).data()).toEqual(Float32Array.of(435, 30, -435));
  });

  test("two diamonds that cross through kernels are computed right", async () => {
    const [a, b] = [mul(matrix(2, 3), 2), neg(matrix(2, 3))];
    const left = add(a, sum(b, { axes: [1], keepDims: true }));
    const right = add(b, sum(a, { axes: [1], keepDims: true }));
    const [product, difference] = [mul(left, right), sub(left, right)];
    await evaluate([product, difference]);
    const x = [...ramp(6)];
    const rowSum = (i: number): number =>
      x.slice(3 * Math.floor(i / 3), 3 * Math.floor(i / 3) + 3).reduce((p, q) => p + q);
    const [l, r] = [x.map((v, i) => 2 * v - rowSum(i)), x.map((v, i) => -v + 2 * rowSum(i))];
    expect([...(await product.data())]).toEqual(l.map((v, i) => v * (r[i] as number)));
    expect([...(await difference.data())]).toEqual(l.map((v, i) => v - (r[i] as number)));
  });

  test("explain runs nothing", async () => {
    const before = gpu.device.counters.snapshot();
    const end = softmax(exp(matrix(5, 3)));
    expect((await explain(end)).dispatches).toBe(2);
    const { dispatches: ran, submissions } = gpu.device.counters.since(before);
    expect({ ran, submissions, storage: end.storage }).toEqual({ ran: 0, submissions: 0, storage: null });
  });
});

describe("views", () => {
  test("a reshape, and leading rows that can be bound where they lie, cost no dispatch", async () => {
    const x = matrix(6, 64);
    expect(await dispatches(reshape(x, [3, 128]))).toBe(0);
    expect(await dispatches(sum(slice(x, 0, 2, 4)))).toBe(1);
    expect(await sum(slice(x, 0, 2, 4)).item()).toBe(
      ramp(384)
        .slice(128, 256)
        .reduce((a, b) => a + b),
    );
  });

  test("leading rows that no device can bind are copied first", async () => {
    const x = matrix(6, 5);
    const part = sum(slice(x, 0, 1, 3));
    expect(await dispatches(part)).toBe(2);
    expect(await part.item()).toBe(
      ramp(30)
        .slice(5, 15)
        .reduce((a, b) => a + b),
    );
  });

  test("a view of a view, and a view that is asked for beside what it views", async () => {
    const y = mul(matrix(8, 64), 2);
    const part = reshape(slice(slice(y, 0, 2), 0, 1, 3), [128]);
    await evaluate([part, y]);
    expect(await part.data()).toEqual(
      ramp(512)
        .slice(192, 320)
        .map((x) => 2 * x),
    );
    expect(await y.data()).toEqual(ramp(512).map((x) => 2 * x));
  });

  test("a view of an evaluated tensor and of a parameter read what lies there", async () => {
    const [x, p] = [mul(matrix(4, 64), 3), parameter({ data: ramp(256), shape: [4, 64] })];
    await evaluate([x]);
    const [ofX, ofP] = [slice(x, 0, 1, 2), slice(p, 0, 3, 4)];
    await evaluate([ofX, ofP]);
    expect(await ofX.data()).toEqual(
      ramp(256)
        .slice(64, 128)
        .map((v) => 3 * v),
    );
    expect(await ofP.data()).toEqual(ramp(256).slice(192));
  });

  test("a transposed operand of a matmul is read where it lies", async () => {
    const [a, b] = [matrix(3, 5), matrix(3, 4)];
    const product = matmul(transpose(a), b);
    expect(await dispatches(product)).toBe(1);
    expect(await dispatches(mul(transpose(matrix(3, 5)), 2))).toBe(2);
  });
});

describe("the plan cache", () => {
  test("a graph of the same structure finds its plan, whatever its values and numbers", async () => {
    const run = (scale: number, shift: number): Tensor => sub(mul(tensor([shift, 2, 3]), scale), 0.25);
    const first = run(2, 1);
    await evaluate([first]);
    const [before, counted] = [{ ...planStatistics() }, gpu.device.counters.snapshot()];
    const second = run(-0.5, 7);
    await evaluate([second]);
    const { hits, misses } = planStatistics();
    expect({ hits: hits - before.hits, misses: misses - before.misses }).toEqual({ hits: 1, misses: 0 });
    const { pipelines, bindGroups } = gpu.device.counters.since(counted);
    expect({ pipelines, bindGroups }).toEqual({ pipelines: 0, bindGroups: 0 });
    expect(await first.data()).toEqual(Float32Array.of(1.75, 3.75, 5.75));
    expect(await second.data()).toEqual(Float32Array.of(-3.75, -1.25, -1.75));
  });

  test("two models of one structure share plans and keep their own parameters", async () => {
    const sizes = { I: 3, H: 5, C: 4 };
    const [a, b] = [new Classifier("GRU", sizes, 1), new Classifier("GRU", sizes, 2)];
    const data = batch({ ...sizes, B: 2, T: 3 });
    const [alone, other] = [lossOf(a, data), lossOf(b, data)];
    await evaluate([alone]);
    const before = { ...planStatistics() };
    await evaluate([other]);
    expect(planStatistics().hits - before.hits).toBe(1);
    const [again, anotherAgain] = [lossOf(a, data), lossOf(b, data)];
    await evaluate([again, anotherAgain]); // both in one plan
    expect(await again.item()).toBe(await alone.item());
    expect(await anotherAgain.item()).toBe(await other.item());
    expect(await again.item()).not.toBe(await anotherAgain.item());
  });

  test("what differs in structure does not share: a shape, an operation, a wiring", async () => {
    const { misses } = { ...planStatistics() };
    const [x, y] = [tensor([1, 2, 3, 4, 5]), tensor([5, 4, 3, 2, 1])];
    const results = [sub(x, y), sub(y, x), sub(x, x), add(x, y), sub(slice(x, 0, 0, 4), slice(y, 0, 0, 4))];
    const found: number[][] = [];
    for (const result of results) found.push([...(await result.data())]);
    expect(found).toEqual([
      [-4, -2, 0, 2, 4],
      [4, 2, 0, -2, -4],
      [0, 0, 0, 0, 0],
      [6, 6, 6, 6, 6],
      [-4, -2, 0, 2],
    ]);
    // x − y and y − x are one structure: what differs is which comes first
    expect(planStatistics().misses - misses).toBe(4);
  });

  test("holds 256 plans and lets the one unused longest go", async () => {
    const of = (n: number): Tensor => mul(tensor(new Float32Array(n).fill(n)), 2);
    const { evictions } = { ...planStatistics() };
    for (let n = 1; n <= 300; n++) await evaluate([of(n)]);
    expect(planStatistics().evictions - evictions).toBeGreaterThanOrEqual(300 - 256);
    const before = { ...planStatistics() };
    const [late, early] = [of(300), of(1)];
    await evaluate([late]);
    await evaluate([early]);
    expect(planStatistics().hits - before.hits).toBe(1);
    expect(planStatistics().misses - before.misses).toBe(1);
    expect([(await late.data())[299], (await early.data())[0]]).toEqual([600, 2]);
  });

  test("an optimizer's learning rate is a number of the plan's run, not of the plan", async () => {
    const p = parameter({ data: Float32Array.of(1), shape: [1] });
    const optimizer = new SGD([p], { lr: 0.5 });
    await optimizer.minimize(sum(mul(p, 2)));
    const { misses } = { ...planStatistics() };
    optimizer.lr = 0.25;
    await optimizer.minimize(sum(mul(p, 4)));
    expect(planStatistics().misses).toBe(misses);
    expect(await p.data()).toEqual(Float32Array.of(1 - 0.5 * 2 - 0.25 * 4));
    optimizer.dispose();
  });
});
