/**
 * White space as Python's `str.split` and `str.rstrip` know it, and so sacreBLEU: Unicode's, with the four separators from
 * U+001C on, and without U+FEFF, which JavaScript's own class has.
 */
const SPACE = String.raw`[\p{White_Space}\x1c-\x1f]`;

const SPACES = new RegExp(`${SPACE}+`, "u");
const SPACES_AT_THE_END = new RegExp(`${SPACE}+$`, "u");

/** The words between white space. */
export const spacedWords = (text: string): string[] => text.split(SPACES).filter((word) => word !== "");

/** A text without the white space at its end. */
export const withoutSpacesAtTheEnd = (text: string): string => text.replace(SPACES_AT_THE_END, "");
