import { expect, test } from "vitest";
import { add, ctcLoss, tensor, zeros } from "..";

const logits = zeros([2, 4, 3]);
const ids = (...values: number[]) => tensor(Int32Array.from(values));

test("targets as rows, padded, and one behind the other", () => {
  const reduction = "none";
  expect(ctcLoss(logits, [[1, 2], []], { reduction }).shape).toEqual([2]);
  expect(
    ctcLoss(
      logits,
      tensor(
        [
          [1, 2],
          [1, 0],
        ],
        { dtype: "i32" },
      ),
      { targetLengths: [2, 1], reduction },
    ).shape,
  ).toEqual([2]);
  expect(ctcLoss(logits, ids(1, 2, 1), { targetLengths: ids(2, 1), reduction }).shape).toEqual([2]);
  expect(ctcLoss(logits, tensor(new Int32Array(0), { shape: [2, 0] })).shape).toEqual([]);
});

test("a target longer than its input", () => {
  const targets = [
    [1, 2],
    [1, 1, 2, 2],
  ];
  expect(() => ctcLoss(logits, targets)).toThrowErrorMatchingInlineSnapshot();
  expect(() =>
    ctcLoss(logits, [[1], [2]], { inputLengths: [4, 0], reduction: "sum" }),
  ).toThrowErrorMatchingInlineSnapshot();
  expect(ctcLoss(logits, targets, { reduction: "none" }).shape).toEqual([2]);
  expect(ctcLoss(logits, targets, { zeroInfinity: true }).shape).toEqual([]);
});

test("labels that are none", () => {
  expect(() => ctcLoss(logits, [[1], [2, 3]])).toThrowErrorMatchingInlineSnapshot();
  expect(() => ctcLoss(logits, [[1], [-1]])).toThrowErrorMatchingInlineSnapshot();
  expect(() => ctcLoss(logits, [[1, 0], [2]])).toThrowErrorMatchingInlineSnapshot();
  expect(() => ctcLoss(logits, [[0], [2]], { blank: 2 })).toThrowErrorMatchingInlineSnapshot();
  expect(() => ctcLoss(logits, [[1], [2]], { blank: 3 })).toThrowErrorMatchingInlineSnapshot();
});

test("lengths out of range", () => {
  const padded = tensor(
    [
      [1, 2],
      [1, 0],
    ],
    { dtype: "i32" },
  );
  expect(() => ctcLoss(logits, padded, { inputLengths: [4, 5] })).toThrowErrorMatchingInlineSnapshot();
  expect(() => ctcLoss(logits, padded, { inputLengths: [4] })).toThrowErrorMatchingInlineSnapshot();
  expect(() => ctcLoss(logits, padded, { inputLengths: zeros([2]) })).toThrowErrorMatchingInlineSnapshot();
  expect(() => ctcLoss(logits, padded, { targetLengths: [2, 3] })).toThrowErrorMatchingInlineSnapshot();
  expect(() => ctcLoss(logits, padded, { targetLengths: ids(2, -1) })).toThrowErrorMatchingInlineSnapshot();
  expect(() => ctcLoss(logits, [[1], [2]], { targetLengths: [1, 1] })).toThrowErrorMatchingInlineSnapshot();
});

test("shapes and dtypes that do not fit", () => {
  expect(() => ctcLoss(zeros([4, 3]), [[1]])).toThrowErrorMatchingInlineSnapshot();
  expect(() => ctcLoss(zeros([2, 0, 3]), [[1], [1]])).toThrowErrorMatchingInlineSnapshot();
  expect(() => ctcLoss(logits, [[1]])).toThrowErrorMatchingInlineSnapshot();
  expect(() => ctcLoss(logits, zeros([2, 2]))).toThrowErrorMatchingInlineSnapshot();
  expect(() => ctcLoss(logits, tensor([[1], [2], [1]], { dtype: "i32" }))).toThrowErrorMatchingInlineSnapshot();
  expect(() => ctcLoss(logits, ids(1, 2, 1), { targetLengths: [1, 1] })).toThrowErrorMatchingInlineSnapshot();
  expect(() => ctcLoss(logits, ids(1, 2, 1))).toThrowErrorMatchingInlineSnapshot();
  expect(() => ctcLoss(logits, add(ids(1, 2, 1), 0), { targetLengths: [2, 1] })).toThrowErrorMatchingInlineSnapshot();
  const { reduction } = JSON.parse('{ "reduction": "average" }');
  expect(() => ctcLoss(logits, [[1], [2]], { reduction })).toThrowErrorMatchingInlineSnapshot();
});
