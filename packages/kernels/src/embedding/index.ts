export {
  embedding,
  embeddingBackward,
  embeddingFours,
  embeddingFoursBackward,
  embeddingKernels,
  NO_PADDING,
} from "./embedding";
