/** The last part of a text is not trained on. */
const HELD_OUT = 0.1;

/** Cuts a text in two, at the end of a line where there is one near. */
export function heldOut(text: string): { train: string; held: string } {
  const goal = Math.floor(text.length * (1 - HELD_OUT));
  const line = text.indexOf("\n", goal);
  const cut = line >= 0 && line < (goal + text.length) / 2 ? line + 1 : goal;
  const train = firstOf(text, cut);
  return { train, held: text.slice(train.length) };
}

/** The beginning of a text, so many UTF-16 units of it at most: no character of two is cut apart. */
export function firstOf(text: string, units: number): string {
  return text.slice(0, units).replace(/[\ud800-\udbff]$/, "");
}

/** So many ids: those there are, over and over where they are fewer. */
export function repeated(ids: Int32Array, count: number): Int32Array<ArrayBuffer> {
  return Int32Array.from({ length: count }, (_, at) => ids[at % ids.length] ?? 0);
}

const MARKS = /["`()[\]{}]/g;
const MOST_PASSAGES = 12;

/** Passages of a text that begin with a line, those with the most quotes and brackets first: there is most to find in them. */
export function passagesOf(text: string, length: number): string[] {
  const passages: string[] = [];
  for (let start = 0; start + length <= text.length; ) {
    passages.push(firstOf(text.slice(start), length));
    const line = text.indexOf("\n", start + length);
    start = line < 0 ? text.length : line + 1;
  }
  if (passages.length === 0) return [text];
  const marks = (passage: string): number => Math.min(20, passage.match(MARKS)?.length ?? 0); // more only look the same
  return passages.sort((a, b) => marks(b) - marks(a)).slice(0, MOST_PASSAGES);
}
