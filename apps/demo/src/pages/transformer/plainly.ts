import { plainDotProductAttention } from "@unroll/attention";
import { add, type Tensor } from "@unroll/nn";
import type { DigitTransformer } from "./model";

/**
 * What `model.forward` computes, with attention written in plain operations: files for other programs know those, and not
 * the kernel in which they are one.
 */
export function plainly(model: DigitTransformer, digits: Tensor): Tensor {
  const { layers, norm } = model.encoder;
  let x = model.vectors(digits);
  for (const { selfAttention, norm1, norm2, linear1, linear2, activation } of layers) {
    const y = norm1.forward(x);
    const { keys, values } = selfAttention.prepare(y);
    const { heads, query } = selfAttention;
    const { output } = plainDotProductAttention(query.forward(y), keys, values, { heads });
    x = add(x, selfAttention.output.forward(output));
    x = add(x, linear2.forward(activation(linear1.forward(norm2.forward(x)))));
  }
  return model.out.forward(norm ? norm.forward(x) : x);
}
