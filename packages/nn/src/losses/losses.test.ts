import { expect, test } from "vitest";
import { bceLoss, bceWithLogitsLoss, crossEntropy, mseLoss, nllLoss, reshape, tensor, zeros } from "..";

const logits = zeros([2, 3]);
const targets = (...values: number[]) => tensor(Int32Array.from(values));

test("targets that are no class are refused, ignoreIndex is not", () => {
  expect(() => crossEntropy(logits, targets(0, 3))).toThrowErrorMatchingInlineSnapshot(
    `[ValueError: crossEntropy: targets[1] should be a class from 0 to 2, or ignoreIndex -100 but is 3.]`,
  );
  expect(() => nllLoss(logits, targets(-1, 0))).toThrowErrorMatchingInlineSnapshot(
    `[ValueError: nllLoss: targets[0] should be a class from 0 to 2, or ignoreIndex -100 but is -1.]`,
  );
  expect(crossEntropy(logits, targets(-100, 0)).shape).toEqual([]);
  expect(crossEntropy(logits, targets(-1, 0), { ignoreIndex: -1 }).shape).toEqual([]);
});

test("shapes that disagree", () => {
  expect(() => crossEntropy(logits, targets(0, 1, 2))).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: crossEntropy: targets should be [2] but is [3]. Targets are class indices, one for each row of logits [2, 3].]`,
  );
  expect(() => crossEntropy(logits, targets(0, 1), { weight: zeros([2]) })).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: crossEntropy: weight should be [3] but is [2]. One weight for each class.]`,
  );
  expect(() => mseLoss(zeros([2, 1]), zeros([2]))).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: mseLoss: target should be [2, 1] but is [2]. Target and input have one shape.]`,
  );
  expect(() => bceLoss(zeros([2]), zeros([3]))).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: bceLoss: target should be [2] but is [3]. Target and input have one shape.]`,
  );
  expect(() => bceWithLogitsLoss(zeros([2]), zeros([3]))).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: bceWithLogitsLoss: target should be [2] but is [3]. Target and input have one shape.]`,
  );
});

test("dtypes that do not fit", () => {
  expect(() => crossEntropy(logits, zeros([2]))).toThrowErrorMatchingInlineSnapshot(
    `[DTypeError: crossEntropy: targets should be i32 or u32 but is f32. Make it with tensor(values, { dtype: "i32" }), or cast it.]`,
  );
  expect(() => crossEntropy(targets(1, 2), targets(0))).toThrowErrorMatchingInlineSnapshot(
    `[DTypeError: crossEntropy: logits should be f32 or f16 but is i32. Make it with tensor(values, { dtype: "f32" }), or cast it.]`,
  );
  const weight = tensor(Int32Array.of(1, 1, 1));
  expect(() => crossEntropy(logits, targets(0, 1), { weight })).toThrowErrorMatchingInlineSnapshot(
    `[DTypeError: crossEntropy: weight should be f32 or f16 but is i32. Make it with tensor(values, { dtype: "f32" }), or cast it.]`,
  );
  expect(() => mseLoss(zeros([2]), targets(0, 1))).toThrowErrorMatchingInlineSnapshot(
    `[DTypeError: mseLoss: target should be f32 or f16 but is i32. Make it with tensor(values, { dtype: "f32" }), or cast it.]`,
  );
});

test("empty batches", () => {
  expect(() => crossEntropy(zeros([0, 3]), targets())).toThrowErrorMatchingInlineSnapshot(
    `[ValueError: crossEntropy: the batch [0, 3] should be of at least one row and one class but is empty.]`,
  );
  expect(() => mseLoss(zeros([0, 2]), zeros([0, 2]))).toThrowErrorMatchingInlineSnapshot(
    `[ValueError: mseLoss: the batch [0, 2] should be of at least one element but is empty.]`,
  );
});

test("a reduction that does not exist", () => {
  const { reduction } = JSON.parse('{ "reduction": "average" }');
  expect(() => mseLoss(zeros([2]), zeros([2]), { reduction })).toThrowErrorMatchingInlineSnapshot(
    `[ValueError: mseLoss: reduction should be none or sum or mean but is average.]`,
  );
  expect(() => bceLoss(zeros([2]), zeros([2]), { reduction })).toThrow("bceLoss: reduction should be");
  expect(() => bceWithLogitsLoss(zeros([2]), zeros([2]), { reduction })).toThrow("bceWithLogitsLoss: reduction should");
  expect(() => crossEntropy(logits, targets(0, 1), { reduction })).toThrowErrorMatchingInlineSnapshot(
    `[ValueError: crossEntropy: reduction should be none or sum or mean but is average.]`,
  );
  expect(() => nllLoss(logits, targets(0, 1), { reduction })).toThrow("nllLoss: reduction should be");
});

test("smoothing beyond 1", () => {
  expect(() => crossEntropy(logits, targets(0, 1), { labelSmoothing: 1.5 })).toThrowErrorMatchingInlineSnapshot(
    `[ValueError: crossEntropy: labelSmoothing should be from 0 to 1 but is 1.5.]`,
  );
});

test("targets that were reshaped on the host are still looked at", () => {
  const ids = reshape(targets(0, 7), [2, 1]);
  expect(() => crossEntropy(zeros([2, 1, 3]), ids)).toThrowErrorMatchingInlineSnapshot(
    `[ValueError: crossEntropy: targets[1] should be a class from 0 to 2, or ignoreIndex -100 but is 7.]`,
  );
});
