import { dropout } from "../ops/dropout";
import { expectProbability } from "../ops/options";
import { expectGenerator, type Generator, sharedGenerator } from "../random/generator";
import type { Tensor } from "../tensor/tensor";
import { Module } from "./module";

/** Zeroes elements at random while training (Srivastava et al. 2014); passes everything through after `eval()`. */
export class Dropout extends Module {
  readonly p: number;
  readonly rng: Generator;

  /** @throws ValueError unless p lies in [0, 1) */
  constructor(p = 0.5, { rng = sharedGenerator() }: { rng?: Generator } = {}) {
    super();
    this.p = expectProbability("Dropout", { p });
    this.rng = expectGenerator(rng);
  }

  forward(x: Tensor): Tensor {
    return this.training ? dropout(x, this.p, { rng: this.rng }) : x;
  }
}
