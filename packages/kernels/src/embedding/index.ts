export { embedding, embeddingBackward, NO_PADDING } from "./embedding";
