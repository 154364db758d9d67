import { expect, test } from "vitest";
import {
  bceLoss,
  bceWithLogitsLoss,
  binaryFocalLoss,
  bitsPerCharacter,
  cosineEmbeddingLoss,
  cosineSimilarity,
  crossEntropy,
  ctcLoss,
  ctcStates,
  focalLoss,
  hingeLoss,
  huberLoss,
  klDivLoss,
  maeLoss,
  mseLoss,
  nllLoss,
  perplexity,
  reshape,
  smoothL1Loss,
  tensor,
  zeros,
} from "..";

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
  expect(() => focalLoss(logits, zeros([2, 3]))).toThrow("focalLoss: targets should be i32 or u32 but is f32");
  const weight = tensor(Int32Array.of(1, 1, 1));
  expect(() => crossEntropy(logits, targets(0, 1), { weight })).toThrowErrorMatchingInlineSnapshot(
    `[DTypeError: crossEntropy: weight should be f32 or f16 but is i32. Make it with tensor(values, { dtype: "f32" }), or cast it.]`,
  );
  expect(() => mseLoss(zeros([2]), targets(0, 1))).toThrowErrorMatchingInlineSnapshot(
    `[DTypeError: mseLoss: target should be f32 or f16 but is i32. Make it with tensor(values, { dtype: "f32" }), or cast it.]`,
  );
});

test("options that there are none of, as plain JavaScript allows", () => {
  const options = (given: object) => given as { reduction: "mean" };
  expect(() => crossEntropy(logits, targets(0, 1), options({ ignore_index: 0 }))).toThrowErrorMatchingInlineSnapshot(
    `[ValueError: crossEntropy: options.ignore_index should be one of ignoreIndex, weight, labelSmoothing, reduction, mask but is not one of them. Did you mean ignoreIndex?]`,
  );
  expect(() => nllLoss(logits, targets(0, 1), options({ axis: 1 }))).toThrow("nllLoss: options.axis should be");
  const pair = [zeros([2]), zeros([2])] as const;
  expect(() => huberLoss(...pair, options({ deltas: 2 }))).toThrow("huberLoss: options.deltas should be one of");
  expect(() => bceWithLogitsLoss(...pair, options({ pos_weight: 2 }))).toThrow("options.pos_weight should be one of");
  const words = zeros([1, 4, 3]);
  expect(() => ctcLoss(words, [[1]], options([4]))).toThrow("ctcLoss: options should be { inputLengths,");
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
    `[ValueError: mseLoss: reduction should be none or sum or mean but is "average".]`,
  );
  expect(() => bceLoss(zeros([2]), zeros([2]), { reduction })).toThrow("bceLoss: reduction should be");
  expect(() => bceWithLogitsLoss(zeros([2]), zeros([2]), { reduction })).toThrow("bceWithLogitsLoss: reduction should");
  expect(() => crossEntropy(logits, targets(0, 1), { reduction })).toThrowErrorMatchingInlineSnapshot(
    `[ValueError: crossEntropy: reduction should be none or sum or mean but is "average".]`,
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

test("losses of pairs: shapes, options and labels", () => {
  const [two, three] = [zeros([2]), zeros([3])];
  expect(() => maeLoss(two, three)).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: maeLoss: target should be [2] but is [3]. Target and input have one shape.]`,
  );
  expect(() => huberLoss(two, two, { delta: -1 })).toThrowErrorMatchingInlineSnapshot(
    `[ValueError: huberLoss: delta should be a finite number, at least 0 but is -1.]`,
  );
  expect(() => smoothL1Loss(two, two, { beta: Number.NaN })).toThrowErrorMatchingInlineSnapshot(
    `[ValueError: smoothL1Loss: beta should be a finite number, at least 0 but is NaN.]`,
  );
  expect(() => hingeLoss(two, three)).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: hingeLoss: target should be [2] but is [3]. Target and input have one shape.]`,
  );
  expect(() => klDivLoss(two, three)).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: klDivLoss: target should be [2] but is [3]. Target and input have one shape.]`,
  );
  const { reduction } = JSON.parse('{ "reduction": "batch" }');
  expect(() => klDivLoss(two, two, { reduction })).toThrowErrorMatchingInlineSnapshot(
    `[ValueError: klDivLoss: reduction should be batchMean or mean or sum or none but is "batch".]`,
  );
  expect(() => bceWithLogitsLoss(two, two, { posWeight: three })).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: bceWithLogitsLoss: posWeight should be a shape that broadcasts to [2] but is [3].]`,
  );
  expect(() => cosineSimilarity(zeros([]), zeros([]))).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: cosineSimilarity: a should be [..., D] but is [].]`,
  );
  expect(() => cosineEmbeddingLoss(logits, logits, three)).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: cosineEmbeddingLoss: target should be [2] but is [3]. One target for each vector of a [2, 3].]`,
  );
  expect(() => binaryFocalLoss(two, tensor([1, 0.5]))).toThrowErrorMatchingInlineSnapshot(
    `[ValueError: binaryFocalLoss: target[1] should be 0 or 1 but is 0.5.]`,
  );
  expect(() => binaryFocalLoss(two, two, { alpha: 2 })).toThrowErrorMatchingInlineSnapshot(
    `[ValueError: binaryFocalLoss: alpha should be from 0 to 1 but is 2.]`,
  );
  expect(() => focalLoss(logits, targets(0, 1), { gamma: -1 })).toThrowErrorMatchingInlineSnapshot(
    `[ValueError: focalLoss: gamma should be a finite number, at least 0 but is -1.]`,
  );
  expect(() => focalLoss(logits, targets(0, 3))).toThrowErrorMatchingInlineSnapshot(
    `[ValueError: crossEntropy: targets[1] should be a class from 0 to 2, or ignoreIndex -100 but is 3.]`,
  );
  expect(() => mseLoss(logits, logits, { mask: three })).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: mseLoss: mask should be of the leading axes of [2, 3] but is [3].]`,
  );
});

test("targets that do not count are not looked at, others are", () => {
  const mask = tensor(Uint32Array.of(1, 0));
  expect(crossEntropy(logits, targets(0, 7), { mask }).shape).toEqual([]);
  expect(crossEntropy(logits, tensor(Uint32Array.of(0, 7)), { mask }).shape).toEqual([]);
  expect(focalLoss(logits, targets(0, 7), { mask, weight: zeros([3]) }).shape).toEqual([]);
  expect(() => crossEntropy(logits, targets(7, 0), { mask })).toThrowErrorMatchingInlineSnapshot(
    `[ValueError: crossEntropy: targets[0] should be a class from 0 to 2, or ignoreIndex -100 but is 7.]`,
  );
  expect(() => crossEntropy(logits, targets(0, 1), { mask: zeros([3]) })).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: crossEntropy: mask should be of the leading axes of [2] but is [3].]`,
  );
});

test("probabilities as targets", () => {
  expect(crossEntropy(logits, zeros([2, 3]), { reduction: "none" }).shape).toEqual([2]);
  expect(() => crossEntropy(logits, zeros([2, 4]))).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: crossEntropy: targets should be [2, 3] but is [2, 4]. Targets that are no integers are probabilities of all classes.]`,
  );
  expect(() => crossEntropy(logits, zeros([2, 3]), { ignoreIndex: 1 })).toThrowErrorMatchingInlineSnapshot(
    `[ValueError: crossEntropy: ignoreIndex should be left out where targets are probabilities but is 1. Pass a mask of the rows that count.]`,
  );
  expect(() => crossEntropy(logits, zeros([2, 3]), { labelSmoothing: 2 })).toThrowErrorMatchingInlineSnapshot(
    `[ValueError: crossEntropy: labelSmoothing should be from 0 to 1 but is 2.]`,
  );
  expect(() => crossEntropy(logits, zeros([2, 3]), { weight: zeros([2]) })).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: crossEntropy: weight should be [3] but is [2]. One weight for each class.]`,
  );
});

test("perplexity and bits per character of a loss in nats", () => {
  expect(perplexity(Math.log(57))).toBeCloseTo(57, 10); // a uniform guess among 57 characters
  expect(bitsPerCharacter(Math.log(8))).toBeCloseTo(3, 12);
  expect(perplexity(0)).toBe(1);
  expect(() => perplexity(Number.NaN)).toThrowErrorMatchingInlineSnapshot(
    `[ValueError: perplexity: loss should be a number, in nats but is NaN. Await loss.item() first.]`,
  );
  expect(() => Reflect.apply(bitsPerCharacter, undefined, [zeros([])])).toThrowErrorMatchingInlineSnapshot(
    `[ValueError: bitsPerCharacter: loss should be a number, in nats but is a Tensor. Await loss.item() first.]`,
  );
});

test("options by name: those that a loss takes, and no others", () => {
  const [x, y] = [zeros([2]), zeros([2])];
  const unknown = (loss: (...args: never[]) => unknown, ...given: unknown[]) => {
    try {
      Reflect.apply(loss, null, [...given, { unknown: 1 }]);
    } catch (error) {
      return String(error).replace(/.*one of (.*) but is.*/, "$1");
    }
    return "nothing";
  };
  const plain = { mseLoss, maeLoss, bceLoss, bceWithLogitsLoss, huberLoss, smoothL1Loss, hingeLoss, binaryFocalLoss };
  const classes = { crossEntropy, nllLoss, focalLoss };
  const known = [
    ...Object.entries({ ...plain, klDivLoss }).map(([name, loss]) => [name, unknown(loss, x, y)]),
    ...Object.entries(classes).map(([name, loss]) => [name, unknown(loss, logits, targets(0, 1))]),
    ["cosineEmbeddingLoss", unknown(cosineEmbeddingLoss, logits, logits, targets(1, -1))],
    ["ctcLoss", unknown(ctcLoss, zeros([1, 2, 3]), [[1]])],
    ["ctcStates", unknown(ctcStates, zeros([1, 2, 3]), [[1]])],
  ];
  expect(known.map(([name, list]) => `${name}: ${list}`).join("\n")).toMatchInlineSnapshot(`
    "mseLoss: reduction, mask
    maeLoss: reduction, mask
    bceLoss: reduction, mask
    bceWithLogitsLoss: reduction, mask, posWeight
    huberLoss: reduction, mask, delta
    smoothL1Loss: reduction, mask, beta
    hingeLoss: reduction, mask, margin
    binaryFocalLoss: reduction, mask, gamma, alpha
    klDivLoss: logTarget, reduction
    crossEntropy: ignoreIndex, weight, labelSmoothing, reduction, mask
    nllLoss: ignoreIndex, weight, labelSmoothing, reduction, mask
    focalLoss: ignoreIndex, weight, reduction, mask, gamma
    cosineEmbeddingLoss: reduction, mask, margin
    ctcLoss: inputLengths, targetLengths, blank, reduction, zeroInfinity
    ctcStates: inputLengths, targetLengths, blank"
  `);
  expect(() => Reflect.apply(huberLoss, null, [x, y, y])).toThrow(
    "options should be { reduction, mask, delta } but is",
  );
  expect(huberLoss(x, y, { delta: 2 }).shape).toEqual([]);
  expect(focalLoss(logits, targets(0, 1), { gamma: 1, weight: zeros([3]), ignoreIndex: 0 }).shape).toEqual([]);
});

test("what is no probability, on the host and where it counts", () => {
  const one = tensor([1]);
  expect(() => bceLoss(tensor([2]), one)).toThrowErrorMatchingInlineSnapshot(
    `[ValueError: bceLoss: input[0] should be a probability, from 0 to 1, but is 2. Logits have bceWithLogitsLoss.]`,
  );
  expect(() => bceLoss(one, tensor([-0.5]))).toThrowErrorMatchingInlineSnapshot(
    `[ValueError: bceLoss: target[0] should be a probability, from 0 to 1, but is -0.5.]`,
  );
  const mask = tensor(Uint32Array.of(1, 0));
  expect(bceLoss(tensor([0.5, 7]), zeros([2]), { mask }).shape).toEqual([]);
  expect(bceLoss(tensor([[0.5], [7]]), zeros([2, 1]), { mask }).shape).toEqual([]);
  expect(() =>
    bceLoss(
      tensor([
        [0.5, 2],
        [0, 7],
      ]),
      zeros([2, 2]),
      { mask },
    ),
  ).toThrow("bceLoss: input[1] should be");
  expect(bceLoss(tensor([0, 1]), tensor([0.25, 1])).shape).toEqual([]);
});
