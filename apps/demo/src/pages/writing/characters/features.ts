/** Something that a text has at each character, which a unit may have learned to keep track of. */
export interface Feature {
  readonly name: string;
  /** @returns a number for each character */
  of(text: readonly string[]): Float32Array;
}

const QUOTES = ['"', "`"];
const OPENING = ["(", "[", "{"];
const CLOSING = [")", "]", "}"];

/** What Karpathy, Johnson and Fei-Fei (2015) found units for, and its like. */
export const FEATURES: readonly Feature[] = [
  {
    name: "words",
    of(text) {
      let length = 0;
      return Float32Array.from(text, (character) => {
        length = /[\p{L}\p{N}'’_]/u.test(character) ? length + 1 : 0;
        return length;
      });
    },
  },
  {
    name: "quotes",
    of(text) {
      let open = "";
      return Float32Array.from(text, (character, at) => {
        if (character === "\n" && text[at - 1] === "\n") open = ""; // one that is never closed ends with its paragraph
        if (open === character) open = "";
        else if (open === "" && QUOTES.includes(character)) open = character;
        return Number(open !== "");
      });
    },
  },
  {
    name: "brackets",
    of(text) {
      let depth = 0;
      return Float32Array.from(text, (character) => {
        if (OPENING.includes(character)) depth++;
        if (CLOSING.includes(character)) depth = Math.max(0, depth - 1);
        return depth;
      });
    },
  },
  {
    name: "line ends",
    of(text) {
      let column = 0;
      return Float32Array.from(text, (character) => {
        column = character === "\n" ? 0 : column + 1;
        return column;
      });
    },
  },
  {
    name: "indentation",
    of(text) {
      let isBefore = true;
      return Float32Array.from(text, (character) => {
        isBefore = character === "\n" || (isBefore && /[\s*/]/.test(character));
        return Number(isBefore);
      });
    },
  },
  {
    name: "capitals",
    of(text) {
      return Float32Array.from(text, (character) => Number(/\p{Lu}/u.test(character)));
    },
  },
];
