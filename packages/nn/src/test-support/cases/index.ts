import type { OpCase } from "../check-op";
import { activationCases } from "./activations";
import { arithmeticCases } from "./arithmetic";
import { elementwiseCases } from "./elementwise";
import { indexingCases } from "./indexing";
import { layoutCases } from "./layout";
import { lossCases } from "./losses";
import { matmulCases } from "./matmul";
import { classLossCases, pairLossCases } from "./pair-losses";
import { layerNormCases, reduceCases, softmaxCases } from "./reduce";

export { activationCases, arithmeticCases, elementwiseCases, lossCases, pairLossCases };

/** Every differentiable operation and loss that the package exports, beside its reference. */
export const allCases: readonly OpCase[] = [
  ...arithmeticCases,
  ...elementwiseCases,
  ...activationCases,
  ...indexingCases,
  ...layoutCases,
  ...matmulCases,
  ...reduceCases,
  ...softmaxCases,
  ...layerNormCases,
  ...lossCases,
  ...pairLossCases,
  ...classLossCases,
];
