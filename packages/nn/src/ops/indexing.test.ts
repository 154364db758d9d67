import { expect, test } from "vitest";
import {
  arange,
  argmax,
  celu,
  gather,
  gatherElements,
  gatherND,
  gelu,
  oneHot,
  reverseSequence,
  scatterElements,
  sequenceMask,
  tensor,
  topK,
  tril,
  zeros,
} from "..";

const x = zeros([3, 4]);
const ids = (...values: number[]) => tensor(Int32Array.from(values));

test("indices out of range, where they are known", () => {
  expect(() => gather(x, ids(0, 4), 1)).toThrowErrorMatchingInlineSnapshot(
    `[ValueError: gather: indices[1] should be an index into axis 1, -4 to 3 but is 4.]`,
  );
  expect(() => gather(x, ids(-4))).toThrowErrorMatchingInlineSnapshot(
    `[ValueError: gather: indices[0] should be an index into axis 0, -3 to 2 but is -4.]`,
  );
  expect(() => gatherElements(x, tensor([[3], [0]], { dtype: "i32" }))).toThrowErrorMatchingInlineSnapshot(
    `[ValueError: gatherElements: indices[0] should be an index into axis 0, -3 to 2 but is 3.]`,
  );
  expect(() =>
    gatherND(
      x,
      tensor(
        [
          [0, 1],
          [2, 4],
        ],
        { dtype: "i32" },
      ),
    ),
  ).toThrowErrorMatchingInlineSnapshot(
    `[ValueError: gatherND: indices[3] should be an index into axis 1, -4 to 3 but is 4.]`,
  );
  expect(() =>
    scatterElements(x, tensor([[-5]], { dtype: "i32" }), zeros([1, 1]), { axis: 1 }),
  ).toThrowErrorMatchingInlineSnapshot(
    `[ValueError: scatterElements: indices[0] should be an index into axis 1, -4 to 3 but is -5.]`,
  );
  expect(gather(x, ids(-3, 2)).shape).toEqual([2, 4]);
});

test("indices that are no whole numbers", () => {
  expect(() => gather(x, zeros([2]))).toThrowErrorMatchingInlineSnapshot(
    `[DTypeError: gather: indices should be i32 or u32 but is f32. Make it with tensor(values, { dtype: "i32" }), or cast it.]`,
  );
  expect(() => oneHot(zeros([2]), 3)).toThrowErrorMatchingInlineSnapshot(
    `[DTypeError: oneHot: indices should be i32 or u32 but is f32. Make it with tensor(values, { dtype: "i32" }), or cast it.]`,
  );
});

test("shapes that disagree", () => {
  const five = tensor(new Int32Array(5), { shape: [1, 5] });
  expect(() => gatherElements(x, five, 0)).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: gatherElements: indices should be within [any, 4] but is [1, 5].]`,
  );
  expect(() => gatherElements(x, ids(0), 0)).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: gatherElements: indices should be within [any, 4] but is [1].]`,
  );
  expect(() => scatterElements(x, five, zeros([1, 4]), { axis: 1 })).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: scatterElements: updates should be [1, 5] but is [1, 4]. There is one update for each index.]`,
  );
  expect(() => gatherND(x, tensor(new Int32Array(3), { shape: [1, 3] }))).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: gatherND: indices should be […, 1 to 2] but is [1, 3]. The last axis is a tuple of indices into the axes of x [3, 4] from 0 on.]`,
  );
  expect(() =>
    gatherND(x, tensor(new Int32Array(2), { shape: [2, 1] }), { batchDims: 1 }),
  ).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: gatherND: indices should be [3, …, 1 to 1] but is [2, 1]. The last axis is a tuple of indices into the axes of x [3, 4] from 1 on.]`,
  );
  expect(() => reverseSequence(x, [1, 2])).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: reverseSequence: lengths should be [3] but is [2]. One length for each row.]`,
  );
  expect(() => tril(zeros([3]))).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: tril: x should be [..., M, N] but is [3].]`,
  );
});

test("options out of range", () => {
  expect(() => topK(x, 5)).toThrowErrorMatchingInlineSnapshot(
    `[ValueError: topK: k should be a whole number from 1 to 4, the extent of axis 1 but is 5.]`,
  );
  expect(() => topK(x, 1.5, { axis: 0 })).toThrowErrorMatchingInlineSnapshot(
    `[ValueError: topK: k should be a whole number from 1 to 3, the extent of axis 0 but is 1.5.]`,
  );
  expect(() => gatherND(x, ids(0), { batchDims: 2 })).toThrowErrorMatchingInlineSnapshot(
    `[ValueError: gatherND: batchDims should be a whole number from 0, less than the axes of x and of indices but is 2.]`,
  );
  expect(() => reverseSequence(x, [1, 5, 2])).toThrowErrorMatchingInlineSnapshot(
    `[ValueError: reverseSequence: lengths[1] should be a whole number from 0 to T = 4 but is 5.]`,
  );
  expect(() => reverseSequence(x, [1, 1, 1], { timeAxis: 0 })).toThrowErrorMatchingInlineSnapshot(
    `[ValueError: reverseSequence: timeAxis should be another than batchAxis but is 0.]`,
  );
  expect(() => oneHot(ids(0), 0)).toThrowErrorMatchingInlineSnapshot(
    `[ValueError: oneHot: depth should be a whole number from 1 but is 0.]`,
  );
  expect(() => arange(-1)).toThrowErrorMatchingInlineSnapshot(
    `[ValueError: arange: count should be a whole number but is -1.]`,
  );
  expect(() => sequenceMask([1], 0.5)).toThrowErrorMatchingInlineSnapshot(
    `[ValueError: sequenceMask: T should be a whole number but is 0.5.]`,
  );
  expect(() => tril(x, 0.5)).toThrowErrorMatchingInlineSnapshot(
    `[ValueError: tril: k should be a whole number but is 0.5.]`,
  );
  expect(() => celu(x, 0)).toThrowErrorMatchingInlineSnapshot(
    `[ValueError: celu: alpha should be other than 0 but is 0.]`,
  );
  expect(() => argmax(x, 2)).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: argmax: axis should be a whole number from -2 to 1 but is 2.]`,
  );
  const { approximate } = JSON.parse('{ "approximate": "erf" }');
  expect(() => gelu(x, { approximate })).toThrowErrorMatchingInlineSnapshot(
    `[ValueError: gelu: approximate should be none or tanh but is "erf".]`,
  );
  const { reduction } = JSON.parse('{ "reduction": "sum" }');
  const one = tensor(new Int32Array(1), { shape: [1, 1] });
  expect(() => scatterElements(x, one, zeros([1, 1]), { reduction })).toThrowErrorMatchingInlineSnapshot(
    `[ValueError: scatterElements: reduction should be none or add or mul or min or max but is "sum".]`,
  );
  const flags = tensor(new Uint32Array(12), { shape: [3, 4], dtype: "bool" });
  const flag = tensor(new Uint32Array(1), { shape: [1, 1], dtype: "bool" });
  expect(() => scatterElements(flags, one, flag, { reduction: "add" })).toThrowErrorMatchingInlineSnapshot(
    `[ValueError: scatterElements: reduction of bools should be none but is add.]`,
  );
  expect(() => scatterElements(x, one, flag)).toThrowErrorMatchingInlineSnapshot(
    `[DTypeError: scatterElements: updates should be f32 but is bool. Make it with tensor(values, { dtype: "f32" }), or cast it.]`,
  );
});
