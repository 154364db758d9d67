/** What makes ids of a text and a text of ids: characters, words, or parts of words. */
export interface Tokenizer {
  /** V, the number of ids: they count from 0 to `size` − 1. */
  readonly size: number;
  /** @returns [T], the ids of a text */
  encode(text: string): Int32Array<ArrayBuffer>;
  /** The text that ids stand for. */
  decode(ids: ArrayLike<number>): string;
  /** A JSON value from which the `fromJSON` of its class makes it again. */
  toJSON(): { kind: string };
}
