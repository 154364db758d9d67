/** Shifts and exclusive ors of CRC-32 (ISO 3309), by byte. */
const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let bit = 0; bit < 8; bit++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c;
});

function crc32(bytes: Uint8Array): number {
  let c = 0xffffffff;
  for (const byte of bytes) c = (CRC_TABLE[(c ^ byte) & 0xff] as number) ^ (c >>> 8);
  return (c ^ 0xffffffff) >>> 0;
}

function adler32(bytes: Uint8Array): number {
  let [a, b] = [1, 0];
  for (const byte of bytes) {
    a = (a + byte) % 65521;
    b = (b + a) % 65521;
  }
  return ((b << 16) | a) >>> 0;
}

const word = (value: number): number[] => [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255];

function chunk(type: string, data: readonly number[] | Uint8Array): number[] {
  const body = Uint8Array.from([...Array.from(type, (letter) => letter.charCodeAt(0)), ...data]);
  return [...word(data.length), ...body, ...word(crc32(body))];
}

/** Most bytes that a block of deflate holds as they are. */
const BLOCK = 65535;

/** A zlib stream of blocks that are stored as they are: what is drawn here is small. */
function stored(bytes: Uint8Array): number[] {
  const out = [0x78, 0x01];
  for (let start = 0; start < bytes.length; start += BLOCK) {
    const part = bytes.subarray(start, start + BLOCK);
    const isLast = start + BLOCK >= bytes.length;
    out.push(isLast ? 1 : 0, part.length & 255, part.length >>> 8, ~part.length & 255, (~part.length >>> 8) & 255);
    for (const byte of part) out.push(byte);
  }
  return [...out, ...word(adler32(bytes))];
}

/**
 * A PNG (ISO 15948) of black in several opacities, as a data URL.
 * @param alpha rows·columns bytes, from 0, clear, to 255
 */
export function blackPng(alpha: Uint8Array, rows: number, columns: number): string {
  const lines = new Uint8Array(rows * (1 + 2 * columns)); // a filter byte, then grey and alpha of each pixel
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) lines[y * (1 + 2 * columns) + 2 + 2 * x] = alpha[y * columns + x] as number;
  }
  const bytes = [
    ...[0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a],
    ...chunk("IHDR", [...word(columns), ...word(rows), 8, 4, 0, 0, 0]), // 8 bits, grey with alpha
    ...chunk("IDAT", stored(lines)),
    ...chunk("IEND", []),
  ];
  return `data:image/png;base64,${btoa(bytes.map((byte) => String.fromCharCode(byte)).join(""))}`;
}
