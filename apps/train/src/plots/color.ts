import { theme } from "./svg";

/** Stops of a colour scale from white to dark blue, evenly spaced and falling evenly in lightness. */
export const BLUES = ["#ffffff", "#dbe9f6", "#bad6eb", "#89bedc", "#539ecd", "#2b7bba", "#0b559f", "#08306b"] as const;

type Rgb = readonly [red: number, green: number, blue: number];

/** The colour of a share from 0 (white) to 1 (dark blue); what lies outside takes the nearest end. */
export function blues(share: number): string {
  return `#${mixed(share)
    .map((channel) => Math.round(channel).toString(16).padStart(2, "0"))
    .join("")}`;
}

/** The theme's ink or white, whichever has the greater contrast to `blues(share)`. */
export function inkOn(share: number): string {
  const luminance = relativeLuminance(mixed(share));
  const dark = contrast(luminance, relativeLuminance(channels(theme.ink)));
  return dark > contrast(luminance, 1) ? theme.ink : theme.background;
}

/** Contrast of two luminances, from 1 to 21 (WCAG 2.1). */
function contrast(one: number, other: number): number {
  return (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
}

/** Luminance of an sRGB colour, from 0 for black to 1 for white (WCAG 2.1). */
function relativeLuminance(color: Rgb): number {
  const linear = (channel: number) => {
    const part = channel / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * linear(color[0]) + 0.7152 * linear(color[1]) + 0.0722 * linear(color[2]);
}

function mixed(share: number): Rgb {
  const place = Math.min(Math.max(share, 0), 1) * (BLUES.length - 1);
  const index = Math.min(Math.floor(place), BLUES.length - 2);
  const low = channels(BLUES[index] ?? BLUES[0]);
  const high = channels(BLUES[index + 1] ?? BLUES[0]);
  const mix = (n: 0 | 1 | 2) => low[n] + (place - index) * (high[n] - low[n]);
  return [mix(0), mix(1), mix(2)];
}

function channels(hex: string): Rgb {
  const value = Number.parseInt(hex.slice(1), 16);
  return [value >> 16, (value >> 8) & 0xff, value & 0xff];
}
