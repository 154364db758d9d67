import {
  type Activation,
  activationCode,
  activationSlope,
  activationSlopeCode,
  activationValue,
} from "../wgsl/activation";

/**
 * Clipped pre-activations, f(max(−clip, min(clip, a))), as ONNX's recurrent operators have them (attribute `clip`). A
 * clip of 0 stands for none. What is clipped has no slope; whether it was cannot be told from f's value, so the scans
 * that clip keep `a` itself where others keep f's value.
 */
export function clippedCode(activation: Activation, clip: number, a: string): string {
  return activationCode(activation, clip > 0 ? `clamp(${a}, ${literal(-clip)}, ${literal(clip)})` : a);
}

/** WGSL of f's value from what a scan keeps: that value or, where there is a clip, `a`. */
export const savedCode = (activation: Activation, clip: number, saved: string): string =>
  clip > 0 ? clippedCode(activation, clip, saved) : saved;

/** WGSL of the slope at `a`, given f's value; without a clip, `a` is not looked at. */
export function clippedSlopeCode(activation: Activation, clip: number, value: string, a: string): string {
  const slope = activationSlopeCode(activation, value);
  return clip > 0 ? `(${slope} * select(0.0, 1.0, abs(${a}) <= ${literal(clip)}))` : slope;
}

/** f of clipped `a` in float64, for references. */
export function clippedValue(activation: Activation, clip: number, a: number): number {
  return activationValue(activation, clip > 0 ? Math.max(-clip, Math.min(clip, a)) : a);
}

/** Its slope in float64, for references. */
export function clippedSlope(activation: Activation, clip: number, a: number): number {
  if (clip > 0 && Math.abs(a) > clip) return 0;
  return activationSlope(activation, clippedValue(activation, clip, a));
}

const literal = (value: number): string => `f32(${Math.fround(value)})`;
