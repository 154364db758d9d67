/** What a training step needs of an optimizer. */
export interface Learner<Loss> {
  minimize(loss: Loss): Promise<void>;
}

/**
 * A training step on a loss that nobody reads. The loss gives its memory back here and not when it is collected, so
 * that what a test counts does not hang on when that is.
 */
export async function learn<Loss extends { dispose(): void }>(optimizer: Learner<Loss>, loss: Loss): Promise<void> {
  await optimizer.minimize(loss);
  loss.dispose();
}
