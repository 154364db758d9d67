import { defineUpdate, slot } from "./update-rule";

/**
 * Adagrad (Duchi et al. 2011) over all parameters at once: s ← s + g²;   p ← p − lr·g/(√s + ε), as in PyTorch; with
 * `insideRoot` √(s + ε), as in Keras.
 */
export const adagrad = defineUpdate({
  name: "adagrad",
  slots: { sum: slot() },
  scalars: { eps: "f32" },
  options: { insideRoot: false },
  flops: 6,
  rule: ({ options: { insideRoot } }) => `new_sum = old_sum + g * g;
        p -= lr * g / ${insideRoot ? "sqrt(new_sum + dims.eps)" : "(sqrt(new_sum) + dims.eps)"};`,
});
