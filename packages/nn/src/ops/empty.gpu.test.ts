import { expect, test } from "vitest";
import {
  concat,
  Embedding,
  embedding,
  evaluate,
  grad,
  groupNorm,
  layerNorm,
  logSoftmax,
  ones,
  rmsNorm,
  softmax,
  split,
  stack,
  sum,
  type Tensor,
  tensor,
  unstack,
} from "..";
import { useTestDevice } from "../test-support/device";

useTestDevice();

const none = (...shape: number[]): Tensor => tensor(new Float32Array(0), { shape });
const noIds = (...shape: number[]): Tensor => tensor(new Int32Array(0), { shape });

// Widths of 4 are read four numbers at a time, others one by one.
test.each([4, 3])("arrays of no elements are as good as others, %i wide", async (width) => {
  const x = none(0, width);
  const made: [Tensor, readonly number[]][] = [
    [softmax(x), [0, width]],
    [logSoftmax(x), [0, width]],
    [softmax(none(3, 0)), [3, 0]],
    [layerNorm(x).y, [0, width]],
    [rmsNorm(x), [0, width]],
    [groupNorm(none(0, width, 4), 1), [0, width, 4]],
    [stack([x, x]), [2, 0, width]],
    [concat([x, x], 1), [0, 2 * width]],
    [embedding(ones([5, width]), noIds(0)), [0, width]],
    [new Embedding(5, width).forward(noIds(0, 3)), [0, 3, width]],
    ...split(none(0, 2 * width), 2).map((part): [Tensor, number[]] => [part, [0, width]]),
    ...unstack(none(2, 0, width)).map((part): [Tensor, number[]] => [part, [0, width]]),
  ];
  await evaluate(made.map(([tensor]) => tensor));
  for (const [result, shape] of made) {
    expect(result.shape).toEqual(shape);
    expect(await result.data()).toEqual(new Float32Array(0));
  }
  expect(unstack(none(0, width))).toEqual([]);
});

test.each([4, 3])("rows join those that there are none of yet, %i wide", async (width) => {
  const row = ones([1, width]);
  const all = concat([none(0, width), row], 0);
  const [gradient] = grad(sum(all), [row]) as [Tensor];
  await evaluate([all, gradient]);
  expect([...(await all.data())]).toEqual(new Array(width).fill(1));
  expect([...(await gradient.data())]).toEqual(new Array(width).fill(1));
});
