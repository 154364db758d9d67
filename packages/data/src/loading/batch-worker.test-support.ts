import { serveBatches } from "./worker";

/** A worker whose fourth batch fails. */
function* batches() {
  for (let n = 0; n < 3; n++) yield { ids: Int32Array.of(n, n * n) };
  throw new Error("the well is dry");
}

serveBatches(batches(), self);
