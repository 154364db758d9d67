import { expect, test } from "vitest";
import { assign, concat, detach, grad, matmul, mul, parameter, square, sum, type Tensor, tensor } from "..";
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
