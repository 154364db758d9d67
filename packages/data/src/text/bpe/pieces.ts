/**
 * The pieces of a text within which bytes are merged: a word with the space before it, a number, a run of marks, a run of
 * white space. Joined they are the text again. The pattern of GPT-2 (Radford et al. 2019), without its English endings.
 */
const PIECES = / ?\p{L}[\p{L}\p{M}]*| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+/gu;

export function bytePieces(text: string): string[] {
  return text.match(PIECES) ?? [];
}

/** The words of a text between white space, which characters are merged within. */
export function characterPieces(text: string): string[] {
  return text.match(/\S+/gu) ?? [];
}
