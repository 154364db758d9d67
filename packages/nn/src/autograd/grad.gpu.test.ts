import { expect, test } from "vitest";
import {
  add,
  assign,
  concat,
  detach,
  evaluate,
  grad,
  linear,
  matmul,
  mul,
  parameter,
  square,
  sum,
  type Tensor,
  tensor,
} from "..";
import { useTestDevice } from "../test-support/device";

useTestDevice();
const p = (value: number) => parameter({ data: Float32Array.of(value), shape: [1, 1] });

test("a parameter that was cut off gets no gradient, and stays a parameter elsewhere", async () => {
  const w = p(2);
  const [cut] = grad(sum(mul(detach(w), 3)), [w]) as [Tensor];
  const [half] = grad(sum(mul(detach(w), w)), [w]) as [Tensor];
  expect([...(await cut.data()), ...(await half.data())]).toEqual([0, 2]);
});

test("a gradient is not differentiated again, whatever operations made it", () => {
  const a = tensor([1, 2]);
  const [once] = grad(sum(square(concat([a, tensor([3])], 0))), [a]) as [Tensor];
  expect(() => grad(sum(square(once)), [a])).toThrowErrorMatchingInlineSnapshot(
    `[UnsupportedError: grad: a gradient cannot be differentiated again: the backward kernels have no derivative. Write the penalty on the gradient as operations of the forward pass.]`,
  );
});

test("old activations are not differentiated with new weights", async () => {
  const w = p(2);
  w.name = "w";
  const x = tensor([[2]]);
  const y = matmul(x, w);
  await y.data();
  await assign([[w, Float32Array.of(100)]]);
  expect(() => grad(sum(square(y)), [x])).toThrowErrorMatchingInlineSnapshot(
    `[ValueError: grad: the parameter w was changed after matmul was recorded. Record the loss again from the parameters as they are now.]`,
  );
});

test("a weight and a bias that were computed themselves get the gradients of all their uses", async () => {
  const uses = 5;
  const w = parameter({ data: Float32Array.of(1, 2), shape: [1, 2] });
  const b = parameter({ data: Float32Array.of(1), shape: [1] });
  const [weight, bias] = [mul(w, 2), mul(b, 3)];
  const steps = Array.from({ length: uses }, (_, k) => tensor([[k, 1]]));
  const loss = steps.map((x) => sum(linear(x, weight, bias))).reduce((a, c) => add(a, c));
  const [dw, db] = grad(loss, [w, b]) as [Tensor, Tensor];
  const [onlyB] = grad(loss, [b]) as [Tensor];
  await evaluate([dw, db, onlyB]);
  expect([...(await dw.data())]).toEqual([2 * (0 + 1 + 2 + 3 + 4), 2 * uses]);
  expect([...(await db.data()), ...(await onlyB.data())]).toEqual([3 * uses, 3 * uses]);
});
