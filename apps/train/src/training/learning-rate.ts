/** The share of all steps in which the rate rises. */
const WARM_UP = 0.05;

/**
 * Learning rate of a step: up to `peak` in a straight line over the first twentieth, so that Adam's moments are sound
 * before steps are large, then down to 0 along half a cosine (Loshchilov & Hutter 2017).
 * @param options.step from 0 on
 * @param options.steps how many there will be
 */
export function learningRate({ step, steps, peak }: { step: number; steps: number; peak: number }): number {
  const rising = Math.max(1, Math.round(WARM_UP * steps));
  if (step < rising) return (peak * (step + 1)) / rising;
  const done = (step - rising) / Math.max(1, steps - rising);
  return (peak * (1 + Math.cos(Math.PI * Math.min(1, done)))) / 2;
}
