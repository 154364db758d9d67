import { float64, gradcheck, normal } from "@unroll/testing";
import { expect, test } from "vitest";
import type { PoolDims } from "./pool";
import {
  averagePoolBackwardReference,
  averagePoolReference,
  maxPoolBackwardReference,
  maxPoolReference,
} from "./pool.reference";

const d: PoolDims = { N: 2, C: 2, H: 4, W: 5, OH: 3, OW: 2, kH: 2, kW: 3, sH: 2, sW: 2, pH: 1, pW: 0 };

test("the reference takes the first of equals, and nothing outside the image", () => {
  const one: PoolDims = { ...d, N: 1, C: 1, H: 1, W: 3, OH: 1, OW: 2, kH: 1, kW: 2, sH: 1, sW: 2, pH: 0, pW: 1 };
  const x = Float64Array.of(-3, 7, 7);
  expect(maxPoolReference(one, { channels: "first" }, x)).toEqual({
    y: Float64Array.of(-3, 7),
    index: Uint32Array.of(0, 1),
  });
  expect([...averagePoolReference(one, { channels: "first" }, x)]).toEqual([-3, 7]);
});

test.each(["first", "last"] as const)("gradients equal central differences, channels %s", (channels) => {
  const [xShape, yShape] = [
    [2, 40],
    [2, 12],
  ];
  const lengths = [5, 3];
  const result = gradcheck(
    {
      forward: ({ x }) => ({
        max: float64(yShape, maxPoolReference(d, { channels }, x.data, lengths).y),
        mean: float64(yShape, averagePoolReference(d, { channels }, x.data, lengths)),
      }),
      backward: ({ x }, { max, mean }) => {
        const fromMax = maxPoolBackwardReference(d, { channels }, { x: x.data, dy: max.data }, lengths);
        const fromMean = averagePoolBackwardReference(d, { channels }, mean.data, lengths);
        return {
          x: float64(
            xShape,
            fromMax.map((value, i) => value + (fromMean[i] ?? 0)),
          ),
        };
      },
    },
    { x: normal(xShape, { seed: 1 }) },
    { step: 1e-5 },
  );
  // linear where no two elements are within a step of one another: cancellation ε·|L|/step = 1e-10 over gradients above 1e-3
  expect(result.worst, result.where).toBeLessThan(1e-6);
});
