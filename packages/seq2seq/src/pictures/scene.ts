import { expectKnown, expectOneOf } from "@unroll/nn";

/** What a picture is made of, in the order in which it is painted. Lengths are pixels of CSS, from the top left. */
export type Item =
  | {
      readonly kind: "cell";
      readonly x: number;
      readonly y: number;
      readonly width: number;
      readonly height: number;
      /** How strong its colour is, from 0 to 1. */
      readonly strength: number;
      /** What is shown where the pointer rests on it. */
      readonly title: string;
    }
  | {
      readonly kind: "frame";
      readonly x: number;
      readonly y: number;
      readonly width: number;
      readonly height: number;
    }
  | {
      readonly kind: "text";
      readonly x: number;
      readonly y: number;
      readonly text: string;
      readonly anchor: "start" | "middle" | "end";
      /** Degrees clockwise about its place. */
      readonly turn?: number;
      readonly isTitle?: boolean;
    }
  | {
      readonly kind: "image";
      readonly x: number;
      readonly y: number;
      readonly width: number;
      readonly height: number;
      readonly title: string;
    }
  | {
      /** Darkens what lies below where it is weak: rows·columns strengths from 0 to 1. */
      readonly kind: "shade";
      readonly x: number;
      readonly y: number;
      readonly width: number;
      readonly height: number;
      readonly strengths: Float32Array;
      readonly rows: number;
      readonly columns: number;
      readonly title: string;
    };

export interface Scene {
  readonly width: number;
  readonly height: number;
  /** What the picture shows, in words. */
  readonly title: string;
  readonly items: readonly Item[];
}

/**
 * Colours. "auto" draws in the colour of the text around it and leaves the page to show through; "light" and "dark" have a
 * ground of their own, as files want.
 */
export type Theme = "auto" | "light" | "dark";

/** The theme that options ask for. @throws ValueError if there is none of that name, or no option of a name */
export function themeOf(where: string, options: { readonly theme?: Theme }): Theme {
  expectKnown(where, options, ["theme"]);
  const { theme = "auto" } = options;
  return expectOneOf(where, { theme }, ["auto", "light", "dark"]);
}

/** Ink and ground of themes that have a ground. */
export const GROUNDS: Readonly<Record<Exclude<Theme, "auto">, { readonly ink: string; readonly ground: string }>> = {
  light: { ink: "#1f2328", ground: "#ffffff" },
  dark: { ink: "#e6edf3", ground: "#0d1117" },
};

/** Cells are this colour, as opaque as they are strong: it stands out on white and on black. */
export const ACCENT = "#3b82f6";
export const FONT = "ui-sans-serif, system-ui, sans-serif";
export const FONT_SIZE = 13;
/** How dark a place is that was not attended to at all. */
export const DARKEST = 0.78;
/** Longer labels end in an ellipsis. */
const LONGEST_LABEL = 24;

/** A label as it is drawn: short, and set apart so that its own direction, which may be right to left, holds in it alone. */
export function labelOf(text: string, longest = LONGEST_LABEL): string {
  const characters = Array.from(text.replace(/\s+/gu, " "));
  const short = characters.length > longest ? [...characters.slice(0, longest - 1), "…"] : characters;
  return `\u2068${short.join("")}\u2069`;
}

/** A title, however long. */
export const titleItem = (text: string, x: number, y: number): Item => {
  return { kind: "text", x, y, text: labelOf(text, Number.POSITIVE_INFINITY), anchor: "start", isTitle: true };
};

/** About how wide a text is: ideographs, syllables of Hangul and emoji are as wide as high, other characters hardly more than half. */
export function widthOf(text: string): number {
  const ems = Array.from(text, (character): number =>
    /[\u2066-\u2069\p{Mn}]/u.test(character)
      ? 0
      : /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Extended_Pictographic}]/u.test(
            character,
          )
        ? 1
        : 0.58,
  );
  return FONT_SIZE * ems.reduce((sum, em) => sum + em, 0);
}
