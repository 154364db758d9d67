import type { OpCase } from "../check-op";
import { activationCases } from "./activations";
import { arithmeticCases } from "./arithmetic";
import { convolutionCases } from "./convolution";
import { ctcCases } from "./ctc";
import { elementwiseCases } from "./elementwise";
import { indexingCases } from "./indexing";
import { layoutCases } from "./layout";
import { lossCases } from "./losses";
import { matmulCases } from "./matmul";
import { normCases } from "./norm";
import { classLossCases, pairLossCases } from "./pair-losses";
import { poolCases } from "./pool";
import { layerNormCases, reduceCases, softmaxCases } from "./reduce";

export { activationCases, arithmeticCases, elementwiseCases, lossCases, pairLossCases };

/** Every differentiable operation and loss that the package exports, beside its reference. */
export const allCases: readonly OpCase[] = [
  ...arithmeticCases,
  ...elementwiseCases,
  ...convolutionCases,
  ...activationCases,
  ...indexingCases,
  ...layoutCases,
  ...matmulCases,
  ...reduceCases,
  ...softmaxCases,
  ...layerNormCases,
  ...normCases,
  ...poolCases,
  ...lossCases,
  ...ctcCases,
  ...pairLossCases,
  ...classLossCases,
];
