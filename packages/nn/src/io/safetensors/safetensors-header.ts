import { quoted } from "../quoted";
import { HeaderScanner } from "./header-scanner";
import { FILE_DTYPES } from "./safetensors-dtype";
import { readEntry, type TensorEntry } from "./safetensors-entry";
import { METADATA_KEY, PREFIX_BYTES } from "./safetensors-layout";
import { LIMIT_REMEDY, type SafetensorsLimits, TRUNCATED } from "./safetensors-limits";

export interface SafetensorsHeader {
  /** In the order of the header. */
  readonly entries: readonly TensorEntry[];
  readonly metadata: Map<string, string>;
}

/**
 * Reads and checks all that a safetensors file says of itself. Nothing in proportion to a stated size is allocated, so
 * a hostile file costs no more than its own bytes.
 * @throws FileFormatError at the first rule broken
 */
export function readHeader(where: string, bytes: Uint8Array, limits: SafetensorsLimits): SafetensorsHeader {
  const dataStart = headerEnd(where, bytes, limits);
  const scanner = new HeaderScanner(where, bytes, PREFIX_BYTES, dataStart);
  if (bytes[PREFIX_BYTES] !== 0x7b) {
    scanner.fail("the header", PREFIX_BYTES, 'JSON that starts with "{"', "something else");
  }
  const entries = new Map<string, TensorEntry>();
  let metadata: Map<string, string> | undefined;
  scanner.expect("{", "the header");
  if (!scanner.take("}")) {
    do {
      const at = scanner.offset;
      const name = scanner.string("a tensor's name", limits.nameBytes, LIMIT_REMEDY);
      if (entries.has(name) || (name === METADATA_KEY && metadata)) {
        scanner.fail(`the name ${quoted(name)}`, at, "given once", "given twice");
      }
      scanner.expect(":", `the name ${quoted(name)}`);
      if (name === METADATA_KEY) {
        metadata = readMetadata(scanner, limits);
        continue;
      }
      if (entries.size === limits.tensors) {
        scanner.fail("the header", at, `of at most ${limits.tensors} tensors`, "longer", LIMIT_REMEDY);
      }
      entries.set(name, readEntry(scanner, name, dataStart, limits));
    } while (scanner.take(","));
    scanner.expect("}", "the last entry of the header");
  }
  scanner.onlySpacesRemain();
  checkPlaces(scanner, [...entries.values()], dataStart, limits);
  return { entries: [...entries.values()], metadata: metadata ?? new Map() };
}

/** Files that weights are often kept in, by their first bytes. */
const OTHERS = [
  { magic: [0x50, 0x4b, 0x03, 0x04], name: "a zip archive, as torch.save writes .pt and Keras .keras" },
  { magic: [0x89, 0x48, 0x44, 0x46], name: "an HDF5 file, as Keras writes .h5" },
];
const SAVE_REMEDY = "Save the weights with save_file of safetensors, from safetensors.torch or safetensors.numpy.";

/** Reads the header's length; returns where the header ends and the values begin. */
function headerEnd(where: string, bytes: Uint8Array, limits: SafetensorsLimits): number {
  const scanner = new HeaderScanner(where, bytes, 0, bytes.length);
  for (const { magic, name } of OTHERS) {
    if (magic.every((byte, at) => bytes[at] === byte)) {
      scanner.fail("the file", 0, "a safetensors file", name, SAVE_REMEDY);
    }
  }
  if (bytes.length < PREFIX_BYTES + 2) {
    scanner.fail("the file", bytes.length, `at least ${PREFIX_BYTES + 2} bytes long`, `${bytes.length}`, TRUNCATED);
  }
  const stated = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
  const field = "the header's length";
  if (stated < 2n) scanner.fail(field, 0, "at least 2", `${stated}`);
  if (stated > bytes.length - PREFIX_BYTES) {
    const isText = bytes[0] === 0x3c && bytes[7] !== 0; // "<", and no length ever has so high a byte
    const remedy = isText ? "It looks like HTML: check the address." : TRUNCATED;
    scanner.fail(field, 0, `at most the ${bytes.length - PREFIX_BYTES} bytes that follow it`, `${stated}`, remedy);
  }
  if (stated > limits.headerBytes) scanner.fail(field, 0, `at most ${limits.headerBytes}`, `${stated}`, LIMIT_REMEDY);
  return PREFIX_BYTES + Number(stated);
}

function readMetadata(scanner: HeaderScanner, limits: SafetensorsLimits): Map<string, string> {
  const metadata = new Map<string, string>();
  scanner.expect("{", "the metadata");
  if (scanner.take("}")) return metadata;
  do {
    const at = scanner.offset;
    const key = scanner.string("a key of the metadata", limits.nameBytes, LIMIT_REMEDY);
    const field = `the metadata ${quoted(key)}`;
    if (metadata.has(key)) scanner.fail(field, at, "given once", "given twice");
    if (metadata.size === limits.tensors) {
      scanner.fail("the metadata", at, `of at most ${limits.tensors} entries`, "longer", LIMIT_REMEDY);
    }
    scanner.expect(":", field);
    metadata.set(key, scanner.string(field, limits.headerBytes));
  } while (scanner.take(","));
  scanner.expect("}", "the metadata");
  return metadata;
}

/** Values must follow one another from the end of the header to the end of the file: no hole, no overlap, no rest. */
function checkPlaces(
  scanner: HeaderScanner,
  entries: readonly TensorEntry[],
  dataStart: number,
  limits: SafetensorsLimits,
): void {
  const size = scanner.bytes.length;
  let reached = dataStart;
  let decoded = 0;
  for (const { name, dtype, begin, end, statedAt } of [...entries].sort((a, b) => a.begin - b.begin || a.end - b.end)) {
    const field = `data_offsets of tensor ${quoted(name)}`;
    const received = `[${begin - dataStart}, ${end - dataStart}]`;
    if (begin < reached)
      scanner.fail(field, statedAt, `placed from ${reached - dataStart} on, overlapping no other tensor,`, received);
    if (begin > reached)
      scanner.fail(field, statedAt, `placed from ${reached - dataStart} on, leaving no hole,`, received);
    reached = end;
    decoded += ((end - begin) / FILE_DTYPES[dtype].bytes) * 4;
  }
  if (reached !== size) {
    scanner.fail("the file", reached, `${reached} bytes long, where the last tensor ends,`, `${size}`);
  }
  if (decoded > limits.decodedBytes) {
    const expected = `of at most ${limits.decodedBytes} bytes once decoded`;
    scanner.fail("the file", dataStart, expected, `of ${decoded}`, LIMIT_REMEDY);
  }
}
