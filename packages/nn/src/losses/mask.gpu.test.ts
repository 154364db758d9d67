import { describe, expect, test } from "vitest";
import {
  bceLoss,
  bceWithLogitsLoss,
  binaryFocalLoss,
  cosineEmbeddingLoss,
  crossEntropy,
  evaluate,
  grad,
  hingeLoss,
  huberLoss,
  maeLoss,
  mseLoss,
  smoothL1Loss,
  type Tensor,
  tensor,
} from "..";
import { useTestDevice } from "../test-support/device";

useTestDevice();

const mask = tensor(Int32Array.of(1, 0));
const rows = (first: readonly number[], second: readonly number[]): Tensor =>
  tensor([...first, ...second], { shape: [2, 2], allowNonFinite: true });

type Pair = (input: Tensor, target: Tensor, options?: { mask: Tensor }) => Tensor;
/** Losses of [2, 2] and [2, 2], masked by the row. */
const losses: Record<string, Pair> = {
  mseLoss,
  maeLoss,
  huberLoss,
  smoothL1Loss,
  hingeLoss,
  bceLoss,
  bceWithLogitsLoss,
  crossEntropy,
  cosineEmbeddingLoss: (a, b, options) => cosineEmbeddingLoss(a, b, tensor(Int32Array.of(1, -1)), options),
};

describe.each(Object.entries(losses))("what a mask leaves out of %s has no part in value or gradients", (_, loss) => {
  const [input, target] = [
    [0.25, 0.75],
    [0.5, 0.5],
  ] as const;
  const answer = async (x: Tensor, y: Tensor, options?: { mask: Tensor }) => {
    const value = loss(x, y, options);
    const both = grad(value, [x, y]) as Tensor[];
    await evaluate([value, ...both]);
    const of = await Promise.all(both.map((each) => each.data()));
    return { value: await value.item(), gradients: of.map((each) => [...each]) };
  };

  test.each([Number.NaN, Number.POSITIVE_INFINITY, -1e30, 0])("whatever it is: %d", async (masked) => {
    const plain = await answer(rows(input, [0, 0]), rows(target, [0, 0]), { mask });
    expect(plain.gradients.flat().some((slope) => slope !== 0)).toBe(true);
    const beside = await answer(rows(input, [masked, masked]), rows(target, [masked, masked]), { mask });
    expect(beside).toEqual(plain);
    for (const gradient of beside.gradients) expect(gradient.slice(2)).toEqual([0, 0]);
  });
});

test("a score that is no number is left out of the focal loss", async () => {
  const x = rows([0.5, -1], [Number.NaN, 2]);
  const y = tensor([0, 1, 1, 0], { shape: [2, 2] });
  const loss = binaryFocalLoss(x, y, { mask });
  const [dx] = grad(loss, [x]) as [Tensor];
  await evaluate([loss, dx]);
  const values = [...(await dx.data())];
  expect(values.slice(0, 2).every((slope) => Number.isFinite(slope) && slope !== 0)).toBe(true);
  expect(values.slice(2)).toEqual([0, 0]);
});
