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
  expect(() => ctcLoss(logits, targets)).toThrowErrorMatchingInlineSnapshot(
    `[ValueError: ctcLoss: row 1: the input should be of at least 6 steps, for a target of 4 labels with 2 repeats, but is of 4. Give it more steps or leave it out; zeroInfinity: true lets it count nothing.]`,
  );
  expect(() =>
    ctcLoss(logits, [[1], [2]], { inputLengths: [4, 0], reduction: "sum" }),
  ).toThrowErrorMatchingInlineSnapshot(
    `[ValueError: ctcLoss: row 1: the input should be of at least 1 steps, for a target of 1 label with 0 repeats, but is of 0. Give it more steps or leave it out; zeroInfinity: true lets it count nothing.]`,
  );
  expect(ctcLoss(logits, targets, { reduction: "none" }).shape).toEqual([2]);
  expect(ctcLoss(logits, targets, { zeroInfinity: true }).shape).toEqual([]);
});

test("labels that are none", () => {
  expect(() => ctcLoss(logits, [[1], [2, 3]])).toThrowErrorMatchingInlineSnapshot(
    `[ValueError: ctcLoss: label 1 of row 1 should be a class from 0 to 2 other than the blank 0 but is 3.]`,
  );
  expect(() => ctcLoss(logits, [[1], [-1]])).toThrowErrorMatchingInlineSnapshot(
    `[ValueError: ctcLoss: label 0 of row 1 should be a class from 0 to 2 other than the blank 0 but is -1.]`,
  );
  expect(() => ctcLoss(logits, [[1, 0], [2]])).toThrowErrorMatchingInlineSnapshot(
    `[ValueError: ctcLoss: label 1 of row 0 should be a class from 0 to 2 other than the blank 0 but is 0. Leave blanks out of targets, or say which class is blank.]`,
  );
  expect(() => ctcLoss(logits, [[0], [2]], { blank: 2 })).toThrowErrorMatchingInlineSnapshot(
    `[ValueError: ctcLoss: label 0 of row 1 should be a class from 0 to 2 other than the blank 2 but is 2. Leave blanks out of targets, or say which class is blank.]`,
  );
  expect(() => ctcLoss(logits, [[1], [2]], { blank: 3 })).toThrowErrorMatchingInlineSnapshot(
    `[ValueError: ctcLoss: blank should be a class from 0 to 2 but is 3.]`,
  );
});

test("lengths out of range", () => {
  const padded = tensor(
    [
      [1, 2],
      [1, 0],
    ],
    { dtype: "i32" },
  );
  expect(() => ctcLoss(logits, padded, { inputLengths: [4, 5] })).toThrowErrorMatchingInlineSnapshot(
    `[ValueError: ctcLoss: inputLengths[1] should be a whole number from 0 to 4 but is 5.]`,
  );
  expect(() => ctcLoss(logits, padded, { inputLengths: [4] })).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: ctcLoss: inputLengths should be 2, one for each row but is 1.]`,
  );
  expect(() => ctcLoss(logits, padded, { inputLengths: zeros([2]) })).toThrowErrorMatchingInlineSnapshot(
    `[DTypeError: ctcLoss: inputLengths should be u32 or i32 but is f32.]`,
  );
  expect(() => ctcLoss(logits, padded, { targetLengths: [2, 3] })).toThrowErrorMatchingInlineSnapshot(
    `[ValueError: ctcLoss: targetLengths[1] should be a whole number from 0 to 2 but is 3.]`,
  );
  expect(() => ctcLoss(logits, padded, { targetLengths: ids(2, -1) })).toThrowErrorMatchingInlineSnapshot(
    `[ValueError: ctcLoss: targetLengths[1] should be a whole number from 0 to 2 but is -1.]`,
  );
  expect(() => ctcLoss(logits, [[1], [2]], { targetLengths: [1, 1] })).toThrowErrorMatchingInlineSnapshot(
    `[ValueError: ctcLoss: targetLengths should be absent but is given. Targets given as rows have the lengths of the rows.]`,
  );
});

test("shapes and dtypes that do not fit", () => {
  expect(() => ctcLoss(zeros([4, 3]), [[1]])).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: ctcLoss: logits should be [B, T, C] but is [4, 3]. Logits are [rows, steps, classes]; turn [T, B, C] with permute(logits, [1, 0, 2]).]`,
  );
  expect(() => ctcLoss(zeros([2, 0, 3]), [[1], [1]])).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: ctcLoss: logits should be of at least one row, one step and one class but is [2, 0, 3].]`,
  );
  expect(() => ctcLoss(logits, [[1]])).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: ctcLoss: targets should be 2 rows, one for each of logits but is 1.]`,
  );
  expect(() => ctcLoss(logits, zeros([2, 2]))).toThrowErrorMatchingInlineSnapshot(
    `[DTypeError: ctcLoss: targets should be i32 or u32 but is f32. Make it with tensor(values, { dtype: "i32" }), or cast it.]`,
  );
  expect(() => ctcLoss(logits, tensor([[1], [2], [1]], { dtype: "i32" }))).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: ctcLoss: targets should be [2, S] but is [3, 1]. Targets are [B, S], padded, with targetLengths; or all labels one behind the other; or a list of rows.]`,
  );
  expect(() => ctcLoss(logits, ids(1, 2, 1), { targetLengths: [1, 1] })).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: ctcLoss: targets in one row should be of 2 labels, the sum of targetLengths but is 3.]`,
  );
  expect(() => ctcLoss(logits, ids(1, 2, 1))).toThrowErrorMatchingInlineSnapshot(
    `[ValueError: ctcLoss: targets in one row should be known on the host, together with targetLengths but is without targetLengths. Pass targets [B, S] padded.]`,
  );
  expect(() => ctcLoss(logits, add(ids(1, 2, 1), 0), { targetLengths: [2, 1] })).toThrowErrorMatchingInlineSnapshot(
    `[ValueError: ctcLoss: targets in one row should be known on the host, together with targetLengths but is computed on the device. Pass targets [B, S] padded.]`,
  );
  const { reduction } = JSON.parse('{ "reduction": "average" }');
  expect(() => ctcLoss(logits, [[1], [2]], { reduction })).toThrowErrorMatchingInlineSnapshot(
    `[ValueError: ctcLoss: reduction should be none or sum or mean but is "average".]`,
  );
});
