import { open } from "@unroll/kernels";
import { random, tensor } from "@unroll/nn";
import { useDevice } from "@unroll/testing/vitest";
import { expect, test } from "vitest";
import { DigitTransformer } from "./model";
import { plainly } from "./plainly";

useDevice((limits) => open({ limits, onWarning: () => undefined }));

test("a Transformer written plainly says what the Transformer says", async () => {
  const model = new DigitTransformer({ length: 8, layers: 2, heads: 2, headSize: 4, positions: "learned" }, random(1));
  const digits = tensor(Int32Array.from([3, 1, 4, 1, 5, 9, 2, 6]), { shape: [1, 8] });
  const [said, plain] = await Promise.all([model.forward(digits).data(), plainly(model, digits).data()]);
  // logits of size 1 from sums of 8 to 32 products, added up in another order in each of two layers
  for (const [at, value] of said.entries()) expect(Math.abs(value - (plain[at] ?? 9))).toBeLessThan(1e-5);
  model.dispose();
});
