import { dropout } from "../ops/dropout";
import { expectProbability } from "../ops/options";
import { expectGenerator, type Generator, sharedGenerator } from "../random/generator";
import { expectKnown } from "../tensor/known-options";
import type { Tensor } from "../tensor/tensor";
import { Module } from "./module";

/** Zeroes elements at random while training (Srivastava et al. 2014); passes everything through after `eval()`. */
export class Dropout extends Module {
  readonly p: number;
  readonly rng: Generator;

  /** @throws ValueError unless p lies in [0, 1), or an option is unknown */
  constructor(p = 0.5, options: { rng?: Generator } = {}) {
    super();
    const { rng = sharedGenerator() } = expectKnown("Dropout", options, ["rng"]);
    this.p = expectProbability("Dropout", { p });
    this.rng = expectGenerator(rng);
  }

  forward(x: Tensor): Tensor {
    return this.training ? dropout(x, this.p, { rng: this.rng }) : x;
  }
}
