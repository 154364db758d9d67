const utf8 = new TextEncoder();

/**
 * A 32-bit hash of a text's UTF-8 bytes, well mixed in every bit but no protection against an adversary:
 * MurmurHash3_x86_32 by Austin Appleby (public domain).
 *
 * @param seed an integer; another seed gives an independent hash
 * @returns an integer from 0 to 2³² − 1, the same on every machine
 */
export function hash32(text: string, seed = 0): number {
  const bytes = utf8.encode(text);
  const words = bytes.length >> 2;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let hash = seed | 0;
  for (let word = 0; word < words; word++) {
    hash ^= scramble(view.getUint32(4 * word, true));
    hash = Math.imul(rotateLeft(hash, 13), 5) + 0xe6546b64;
  }
  let tail = 0;
  for (let index = bytes.length - 1; index >= 4 * words; index--) tail = (tail << 8) | (bytes[index] ?? 0);
  hash ^= scramble(tail);
  return finish(hash ^ bytes.length);
}

function scramble(word: number): number {
  return Math.imul(rotateLeft(Math.imul(word, 0xcc9e2d51), 15), 0x1b873593);
}

/** Carries every bit into every other, so that a range of the hash is as uniform as the whole. */
function finish(hash: number): number {
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

function rotateLeft(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}
