import { optional, read } from "../core";

/**
 * What differs from parameter to parameter, for update kernels that are given it: a row for each, sorted by its first
 * word, [first word in the flat arrays, learning rate, weight decay (both as the bits of an f32), clipping unit].
 */
export const SETTINGS_BINDINGS = {
  settings: optional(read("vec4u", "P")),
  /** What the gradient of each clipping unit is multiplied by, as `clipScales` makes it. */
  scales: optional(read("f32", "U")),
} as const;

/** Words of a row of settings. */
export const SETTINGS_WORDS = 4;

/** Parameters begin at multiples of this many words, so that each block of as many belongs to one parameter. */
export const BLOCK = 128;

/** WGSL: the row of the settings whose parameter has the word, by bisection. */
export const ROW_OF = `
    fn rowOf(word: u32) -> u32 {
      var low = 0u;
      var high = dims.P - 1u;
      while (low < high) {
        let middle = (low + high + 1u) / 2u;
        if (settings[middle].x <= word) { low = middle; } else { high = middle - 1u; }
      }
      return low;
    }`;

/** WGSL for the four `i`: `lr`, `weightDecay`, and `factor`, which its gradient is multiplied by. */
export const settingsOfFour = (has: { readonly settings: boolean; readonly scales: boolean }): string =>
  has.settings
    ? `let row = settings[rowOf(4u * i)];
        let lr = bitcast<f32>(row.y);
        let weightDecay = bitcast<f32>(row.z);
        let factor = scale${has.scales ? " * scales[row.w]" : ""};`
    : `let lr = dims.lr;
        let weightDecay = dims.weightDecay;
        let factor = scale${has.scales ? " * scales[0]" : ""};`;
