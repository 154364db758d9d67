import type { OpCase } from "../check-op";
import { arithmeticCases } from "./arithmetic";
import { ctcCases } from "./ctc";
import { elementwiseCases } from "./elementwise";
import { layoutCases } from "./layout";
import { lossCases } from "./losses";
import { matmulCases } from "./matmul";
import { layerNormCases, reduceCases, softmaxCases } from "./reduce";

export { arithmeticCases, elementwiseCases, lossCases };

/** Every differentiable operation and loss that the package exports, beside its reference. */
export const allCases: readonly OpCase[] = [
  ...arithmeticCases,
  ...elementwiseCases,
  ...layoutCases,
  ...matmulCases,
  ...reduceCases,
  ...softmaxCases,
  ...layerNormCases,
  ...lossCases,
  ...ctcCases,
];
