import { seededRandom } from "@unroll/testing";
import { expect, test } from "vitest";
import { FileFormatError } from "../errors";
import type { HostTensor } from "../host-tensor";
import { fileOf } from "../test-support/bytes";
import { decodeSafetensors, encodeSafetensors } from "./safetensors";

const FILES = 40_000;

/** What a mutation writes over or between the bytes of a header: tokens that the grammar and the checks care about. */
const TOKENS = [
  "{",
  "}",
  "[",
  "]",
  ":",
  ",",
  '"',
  "\\",
  "\\u0061",
  "\\ud800",
  " ",
  "\n",
  "\0",
  "-",
  "0",
  "1",
  "2147483648",
  "9007199254740991",
  "18446744073709551616",
  "1e9",
  "null",
  "[[",
  "{}",
  '"F16"',
  '"F64"',
  '"BOOL"',
  '"I64"',
  '"F4"',
  '"__metadata__":{"k":"v"},',
  '"__proto__"',
  '"shape":[0],',
  '"dtype":"U8",',
  '"data_offsets":[0,0],',
  '"a":{',
].map((token) => new TextEncoder().encode(token));

const text = (json: string, bytes: number): Uint8Array => fileOf(json.padEnd(Math.ceil(json.length / 8) * 8), bytes);

/** Files that are right, of every element type, from which the wrong ones are made. */
const seeds: Uint8Array[] = [
  encodeSafetensors(
    new Map<string, HostTensor>([
      ["a", { dtype: "f32", shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) }],
      ["b", { dtype: "i32", shape: [], data: Int32Array.of(-1) }],
      ["é", { dtype: "bool", shape: [3], data: Uint32Array.of(1, 0, 1) }],
    ]),
    { format: "pt", note: "ключ" },
  ),
  ...["U8", "I8", "U16", "I16", "U32", "U64", "I64", "F16", "BF16", "F64"].map((dtype, i) => {
    const bytes = i < 2 ? 1 : i < 4 || dtype === "F16" || dtype === "BF16" ? 2 : dtype === "U32" ? 4 : 8;
    return text(
      `{"x":{"dtype":"${dtype}","shape":[2,2],"data_offsets":[0,${4 * bytes}]},` +
        `"y":{"data_offsets":[${4 * bytes},${5 * bytes}],"shape":[1],"dtype":"${dtype}"}}`,
      5 * bytes,
    );
  }),
  text("{}", 0),
];

function splice(file: Uint8Array, start: number, remove: number, insert: Uint8Array): Uint8Array {
  const rest = file.subarray(start + remove);
  const out = new Uint8Array(start + insert.length + rest.length);
  out.set(file.subarray(0, start));
  out.set(insert, start);
  out.set(rest, start + insert.length);
  return out;
}

/** The file with one thing wrong, or not even wrong. */
function mutate(file: Uint8Array, random: () => number): Uint8Array {
  const below = (n: number): number => Math.floor(random() * n);
  const headerLength =
    file.length < 8 ? 0 : Number(new DataView(file.buffer, file.byteOffset).getBigUint64(0, true) % 4096n);
  const place = 8 + below(Math.max(1, Math.min(headerLength, file.length - 8)));
  const token = TOKENS[below(TOKENS.length)] ?? new Uint8Array();
  const out = file.slice();
  switch (below(8)) {
    case 0: // any bit of the file
      if (out.length) out[below(out.length)] = (out[below(out.length)] ?? 0) ^ (1 << below(8));
      return out;
    case 1: // cut short
      return out.subarray(0, below(out.length + 1));
    case 2: // too long
      return splice(out, out.length, 0, new Uint8Array(1 + below(9)));
    case 3: // another length of the header
      if (out.length >= 8) new DataView(out.buffer).setBigUint64(0, BigInt(below(2 ** 32)) << BigInt(below(33)), true);
      return out;
    case 4: // a token in place of some bytes, the header's length put right
    case 5:
      return relength(splice(out, Math.min(place, out.length), below(6), token), file.length, headerLength);
    case 6: // a token in place of as many bytes
      return splice(out, Math.min(place, out.length), token.length, token);
    default: {
      // a part of the header twice, its length put right
      const part = out.slice(place, place + below(40));
      return relength(splice(out, Math.min(place + part.length, out.length), 0, part), file.length, headerLength);
    }
  }
}

function relength(file: Uint8Array, before: number, headerLength: number): Uint8Array {
  const length = headerLength + file.length - before;
  if (file.length >= 8 && length >= 0) new DataView(file.buffer).setBigUint64(0, BigInt(length), true);
  return file;
}

test(`${FILES} damaged files are read whole or refused with a FileFormatError`, {
  timeout: 60_000,
}, () => {
  const random = seededRandom(2026);
  let read = 0;
  const refused = new Set<string>();
  for (let n = 0; n < FILES; n++) {
    let file = seeds[n % seeds.length] ?? new Uint8Array();
    for (let times = 1 + Math.floor(3 * random() ** 2); times > 0; times--) file = mutate(file, random);
    try {
      const { tensors, metadata } = decodeSafetensors(file);
      read++;
      let bytes = 0;
      for (const { shape, data } of tensors.values()) {
        if (shape.reduce((product, extent) => product * extent, 1) !== data.length) expect.fail(`file ${n}: ${shape}`);
        bytes += data.byteLength;
      }
      // The smallest element takes one byte in the file and four when read.
      if (bytes > 4 * file.length) expect.fail(`file ${n}: ${bytes} bytes out of ${file.length}`);
      const again = decodeSafetensors(encodeSafetensors(tensors, metadata));
      if (again.tensors.size !== tensors.size || again.metadata.size !== metadata.size) expect.fail(`file ${n}: lost`);
    } catch (error) {
      if (!(error instanceof FileFormatError)) throw error;
      if (!(error.offset >= 0 && error.offset <= file.length)) expect.fail(`file ${n}: ${error.message}`);
      refused.add(String(error.expected).replaceAll(/\d+/g, "#"));
    }
  }
  // The mutations reach the checks rather than all failing at the first, and leave some files right.
  expect(read).toBeGreaterThan(FILES / 100);
  expect(refused.size).toBeGreaterThan(25);
});
