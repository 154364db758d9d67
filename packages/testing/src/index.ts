export {
  type CloseOptions,
  type Difference,
  expectClose,
  expectUlp,
  maxAbsDiff,
  maxUlp,
  ToleranceError,
} from "./compare";
export { type GoldenTensor, isGoldenTensor, parseGoldenTensor } from "./golden";
export { type GradcheckOptions, type GradcheckResult, gradcheck, type Reference, type Tensors } from "./gradcheck";
export { integers, normal, seededRandom, uniform } from "./inputs";
export { type Learner, learn } from "./learn";
export { messageOf, messagesOf } from "./messages";
export { type Float64Tensor, float64, placeOf, sizeOf } from "./tensor";
