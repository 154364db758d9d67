import type { OpCase } from "../check-op";
import { arithmeticCases } from "./arithmetic";
import { convolutionCases } from "./convolution";
import { ctcCases } from "./ctc";
import { elementwiseCases } from "./elementwise";
import { layoutCases } from "./layout";
import { lossCases } from "./losses";
import { matmulCases } from "./matmul";
import { normCases } from "./norm";
import { poolCases } from "./pool";
import { layerNormCases, reduceCases, softmaxCases } from "./reduce";

export { arithmeticCases, elementwiseCases, lossCases };

/** Every differentiable operation and loss that the package exports, beside its reference. */
export const allCases: readonly OpCase[] = [
  ...arithmeticCases,
  ...elementwiseCases,
  ...convolutionCases,
  ...layoutCases,
  ...matmulCases,
  ...reduceCases,
  ...softmaxCases,
  ...layerNormCases,
  ...normCases,
  ...poolCases,
  ...lossCases,
  ...ctcCases,
];
