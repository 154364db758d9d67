import { fileURLToPath } from "node:url";

/** The repository's root folder. */
export const root = fileURLToPath(new URL("../../..", import.meta.url));

/** The published packages, each after those that it is made of. */
export const PACKAGES = /** @type {const} */ (["kernels", "nn", "attention", "seq2seq", "data"]);
