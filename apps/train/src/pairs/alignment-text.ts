/** What was aligned with what. */
export interface TextAlignment {
  /** Row-major [T, S], each from 0 to 1. */
  weights: ArrayLike<number>;
  /** S labels, written downwards across the top. */
  source: readonly string[];
  /** T labels, written at the left. */
  target: readonly string[];
}

/** From no attention to all of it. */
const SHADES = [" ", "░", "▒", "▓", "█"];
/** Columns of a cell, so that it is about as wide as high. */
const CELL = 2;

/** An alignment matrix as lines of text: source across, target down, the darker the more was attended to. */
export function alignmentText({ weights, source, target }: TextAlignment): string[] {
  const left = Math.max(0, ...target.map(columnsOf));
  const letters = source.map((label) => [...label].filter((letter) => columnsOf(letter) > 0));
  const height = Math.max(0, ...letters.map(({ length }) => length));
  const margin = " ".repeat(left + 1);
  const head = Array.from({ length: height }, (_, line) => {
    const cells = letters.map((label) => filled(label[line - height + label.length] ?? "", CELL));
    return `${margin}${cells.join("")}`.trimEnd();
  });
  const rows = target.map((label, t) => {
    const cells = source.map((_, s) => shadeOf(weights[t * source.length + s] ?? 0).repeat(CELL));
    return `${filled(label, left)} ${cells.join("")}`.trimEnd();
  });
  return [...head, ...rows];
}

function shadeOf(weight: number): string {
  const level = Math.round(Math.min(1, Math.max(0, weight)) * (SHADES.length - 1));
  return SHADES[level] as string;
}

/** Letters and marks that terminals draw two columns wide. */
const WIDE = /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/u;
/** Those that take no column: marks upon others, and what directs the text. */
const NARROW = /[\p{Mn}\p{Me}\p{Cf}\p{Cc}]/u;

function columnsOf(text: string): number {
  return [...text].reduce((sum, letter) => sum + (NARROW.test(letter) ? 0 : WIDE.test(letter) ? 2 : 1), 0);
}

const filled = (text: string, columns: number): string => text + " ".repeat(Math.max(0, columns - columnsOf(text)));
