/** The entry of metadata by which a checkpoint is known. */
export const CHECKPOINT_KEY = "unroll.checkpoint";
