import { describe, expect, test } from "vitest";
import { FileFormatError } from "../errors";
import { fileOf } from "../test-support/bytes";
import { decodeSafetensors, type SafetensorsLimits } from "./safetensors";

/** The message of the error that the reader throws; it must be a FileFormatError that knows the place. */
function refused(file: Uint8Array, limits?: Partial<SafetensorsLimits>): string {
  try {
    decodeSafetensors(file, limits);
  } catch (error) {
    if (!(error instanceof FileFormatError)) throw error;
    expect(error.message).toContain(`${error.field}, at byte ${error.offset},`);
    return error.message;
  }
  throw new Error("the file was read");
}

/** A header with one entry, "a", of these fields. */
const entry = (fields: string): string => `{"a":{${fields}}}`;
const good = '"dtype":"F32","shape":[1],"data_offsets":[0,4]';
const at = (begin: number, end: number, shape = (end - begin) / 4): string =>
  `{"dtype":"F32","shape":[${shape}],"data_offsets":[${begin},${end}]}`;

/** As many tensors of one number each. */
const many = (count: number): Uint8Array =>
  fileOf(`{${Array.from({ length: count }, (_, n) => `"t${n}":${at(4 * n, 4 * n + 4)}`).join(",")}}`, 4 * count);

test("the smallest files are read", () => {
  expect(decodeSafetensors(fileOf("{}")).tensors.size).toBe(0);
  expect(decodeSafetensors(fileOf(entry(good), 4)).tensors.size).toBe(1);
});

describe("length and form of the header", () => {
  test("a file too short for any header", () => {
    expect(refused(new Uint8Array(0))).toMatchInlineSnapshot(
      `"decodeSafetensors: the file, at byte 0, should be at least 10 bytes long but is 0. The file is truncated or is not safetensors; fetch or write it again."`,
    );
    expect(refused(new Uint8Array(9))).toMatchInlineSnapshot(
      `"decodeSafetensors: the file, at byte 9, should be at least 10 bytes long but is 9. The file is truncated or is not safetensors; fetch or write it again."`,
    );
  });

  test("a header longer than the file", () => {
    expect(refused(fileOf("{}", 0, 3n))).toMatchInlineSnapshot(
      `"decodeSafetensors: the header's length, at byte 0, should be at most the 2 bytes that follow it but is 3. The file is truncated or is not safetensors; fetch or write it again."`,
    );
    expect(refused(fileOf("{}", 0, 2n ** 64n - 1n))).toMatchInlineSnapshot(
      `"decodeSafetensors: the header's length, at byte 0, should be at most the 2 bytes that follow it but is 18446744073709551615. The file is truncated or is not safetensors; fetch or write it again."`,
    );
  });

  test("an empty header", () =>
    expect(refused(fileOf("{}", 0, 0n))).toMatchInlineSnapshot(
      `"decodeSafetensors: the header's length, at byte 0, should be at least 2 but is 0. The file is damaged or is not safetensors; fetch or write it again."`,
    ));

  test("a header beyond the limit", () => {
    expect(refused(fileOf(`{}${" ".repeat(10_000_000)}`))).toMatchInlineSnapshot(
      `"decodeSafetensors: the header's length, at byte 0, should be at most 10000000 but is 10000002. Pass a higher limit if the file is to be trusted."`,
    );
    expect(refused(fileOf("{}  "), { headerBytes: 3 })).toContain("at most 3 but is 4");
  });

  test("something other than an object", () => {
    expect(refused(fileOf("[]"))).toMatchInlineSnapshot(
      `"decodeSafetensors: the header, at byte 8, should be JSON that starts with "{" but is something else. The file is damaged or is not safetensors; fetch or write it again."`,
    );
    expect(refused(fileOf(" {}"))).toMatchInlineSnapshot(
      `"decodeSafetensors: the header, at byte 8, should be JSON that starts with "{" but is something else. The file is damaged or is not safetensors; fetch or write it again."`,
    );
  });

  test("anything but spaces after it", () => {
    expect(refused(fileOf("{} \n"))).toMatchInlineSnapshot(
      `"decodeSafetensors: the header, at byte 11, should be followed by spaces only but is followed by byte 10. The file is damaged or is not safetensors; fetch or write it again."`,
    );
    expect(refused(fileOf("{}{}"))).toMatchInlineSnapshot(
      `"decodeSafetensors: the header, at byte 10, should be followed by spaces only but is followed by "{". The file is damaged or is not safetensors; fetch or write it again."`,
    );
  });

  test.each(["{", '{"a"', '{"a":', '{"a":{', `{"a":{${good}`, `{"a":{${good}}`, '{"a', '{"\\', `{"a":{${good}},`])(
    "cut short after %s",
    (header) => {
      expect(refused(fileOf(header.padEnd(2)))).toMatch(
        /^decodeSafetensors: .+, at byte \d+, should be .+ but is .+\. .+\.$/,
      );
    },
  );
});

describe("JSON", () => {
  test("what is no JSON", () => {
    expect(refused(fileOf("{a:1}"))).toMatchInlineSnapshot(
      `"decodeSafetensors: a tensor's name, at byte 9, should be a JSON string but is "a". The file is damaged or is not safetensors; fetch or write it again."`,
    );
    expect(refused(fileOf(`{"a" ${at(0, 4)}}`, 4))).toMatchInlineSnapshot(
      `"decodeSafetensors: the name "a", at byte 13, should be followed by ":" but is followed by "{". The file is damaged or is not safetensors; fetch or write it again."`,
    );
    expect(refused(fileOf(`{"a":${at(0, 4)},}`, 4))).toMatchInlineSnapshot(
      `"decodeSafetensors: a tensor's name, at byte 62, should be a JSON string but is "}". The file is damaged or is not safetensors; fetch or write it again."`,
    );
    expect(refused(fileOf(`{"a":${at(0, 4)} "b":${at(4, 8)}}`, 8))).toMatchInlineSnapshot(
      `"decodeSafetensors: the last entry of the header, at byte 62, should be followed by "}" but is followed by "\\"". The file is damaged or is not safetensors; fetch or write it again."`,
    );
    expect(refused(fileOf('{"a":[0]}'))).toMatchInlineSnapshot(
      `"decodeSafetensors: tensor "a", at byte 13, should be followed by "{" but is followed by "[". The file is damaged or is not safetensors; fetch or write it again."`,
    );
    expect(refused(fileOf('{"a":null}'))).toMatchInlineSnapshot(
      `"decodeSafetensors: tensor "a", at byte 13, should be followed by "{" but is followed by "n". The file is damaged or is not safetensors; fetch or write it again."`,
    );
  });

  test("names that are no text", () => {
    expect(refused(fileOf(Uint8Array.of(0x7b, 0x22, 0xff, 0x22, 0x7d)))).toMatchInlineSnapshot(
      `"decodeSafetensors: a tensor's name, at byte 9, should be valid UTF-8 and JSON but is malformed. The file is damaged or is not safetensors; fetch or write it again."`,
    );
    expect(refused(fileOf('{"a\nb":1}'))).toMatchInlineSnapshot(
      `"decodeSafetensors: a tensor's name, at byte 11, should be free of control characters but is interrupted by byte 10. The file is damaged or is not safetensors; fetch or write it again."`,
    );
    expect(refused(fileOf('{"\\x":1}'))).toMatchInlineSnapshot(
      `"decodeSafetensors: a tensor's name, at byte 9, should be valid UTF-8 and JSON but is malformed. The file is damaged or is not safetensors; fetch or write it again."`,
    );
    expect(refused(fileOf('{"\\ud800":1}'))).toMatchInlineSnapshot(
      `"decodeSafetensors: a tensor's name, at byte 9, should be well-formed Unicode but is half of a surrogate pair. The file is damaged or is not safetensors; fetch or write it again."`,
    );
  });

  test("numbers that are no whole numbers from 0 to 2^53 - 1", () => {
    const shape = (extent: string): string =>
      refused(fileOf(entry(`"dtype":"F32","shape":[${extent}],"data_offsets":[0,4]`), 4));
    expect(shape("-1")).toMatchInlineSnapshot(
      `"decodeSafetensors: shape of tensor "a", at byte 37, should be a whole number of at least 0 but is "-". The file is damaged or is not safetensors; fetch or write it again."`,
    );
    expect(shape("01")).toMatchInlineSnapshot(
      `"decodeSafetensors: shape of tensor "a", at byte 37, should be without leading zeros but is written with them. The file is damaged or is not safetensors; fetch or write it again."`,
    );
    expect(shape("9007199254740992")).toMatchInlineSnapshot(
      `"decodeSafetensors: shape of tensor "a", at byte 37, should be at most 2^53 - 1 but is larger. The file is damaged or is not safetensors; fetch or write it again."`,
    );
    expect(shape("1".repeat(1000))).toMatchInlineSnapshot(
      `"decodeSafetensors: shape of tensor "a", at byte 37, should be at most 2^53 - 1 but is larger. The file is damaged or is not safetensors; fetch or write it again."`,
    );
    expect(shape("1.0")).toMatchInlineSnapshot(
      `"decodeSafetensors: shape of tensor "a", at byte 38, should be followed by "]" but is followed by ".". The file is damaged or is not safetensors; fetch or write it again."`,
    );
    expect(shape("1e3")).toContain('followed by "]" but is followed by "e"');
    expect(shape('"1"')).toContain("a whole number of at least 0");
    expect(shape("1,")).toContain("a whole number of at least 0");
  });
});

describe("names", () => {
  test("given twice, even if spelt in two ways", () => {
    expect(refused(fileOf(`{"a":${at(0, 4)},"a":${at(0, 4)}}`, 4))).toMatchInlineSnapshot(
      `"decodeSafetensors: the name "a", at byte 62, should be given once but is given twice. The file is damaged or is not safetensors; fetch or write it again."`,
    );
    expect(refused(fileOf(`{"a":${at(0, 4)},"\\u0061":${at(4, 8)}}`, 8))).toContain('the name "a"');
    expect(refused(fileOf('{"__metadata__":{},"__metadata__":{}}'))).toMatchInlineSnapshot(
      `"decodeSafetensors: the name "__metadata__", at byte 27, should be given once but is given twice. The file is damaged or is not safetensors; fetch or write it again."`,
    );
    expect(refused(fileOf('{"__metadata__":{"k":"1","k":"2"}}'))).toMatchInlineSnapshot(
      `"decodeSafetensors: the metadata "k", at byte 33, should be given once but is given twice. The file is damaged or is not safetensors; fetch or write it again."`,
    );
    expect(refused(fileOf(entry(`${good},"dtype":"F32"`), 4))).toMatchInlineSnapshot(
      `"decodeSafetensors: dtype of tensor "a", at byte 61, should be given once but is given twice. The file is damaged or is not safetensors; fetch or write it again."`,
    );
    expect(refused(fileOf(entry(`"shape":[1],${good}`), 4))).toContain("given twice");
    expect(refused(fileOf(entry(`"data_offsets":[0,4],${good}`), 4))).toContain("given twice");
  });

  test("names of prototypes are names", () => {
    const header = `{"__proto__":${at(0, 4)},"constructor":${at(4, 8)},"__metadata__":{"__proto__":"x"}}`;
    const { tensors, metadata } = decodeSafetensors(fileOf(header, 8));
    expect([...tensors.keys()]).toEqual(["__proto__", "constructor"]);
    expect([...metadata]).toEqual([["__proto__", "x"]]);
  });

  test("a byte-order mark makes another name", () => {
    expect(decodeSafetensors(fileOf(`{"a":${at(0, 4)},"\ufeffa":${at(4, 8)}}`, 8)).tensors.size).toBe(2);
  });

  test("too long", () => {
    const header = `{"${"n".repeat(1025)}":${at(0, 4)}}`;
    expect(refused(fileOf(header, 4))).toMatchInlineSnapshot(
      `"decodeSafetensors: a tensor's name, at byte 9, should be at most 1024 bytes long but is longer. Pass a higher limit if the file is to be trusted."`,
    );
    expect(decodeSafetensors(fileOf(header, 4), { nameBytes: 1025 }).tensors.size).toBe(1);
  });

  test("too long or unprintable for a message", () => {
    const message = refused(fileOf(`{"${"\\u0007\\u202e".repeat(80)}":0}`));
    expect(message.length).toBeLessThan(500);
    expect(message).toContain("\\u0007");
  });
});

describe("metadata", () => {
  test("must be strings", () => {
    expect(refused(fileOf('{"__metadata__":{"k":1}}'))).toMatchInlineSnapshot(
      `"decodeSafetensors: the metadata "k", at byte 29, should be a JSON string but is "1". The file is damaged or is not safetensors; fetch or write it again."`,
    );
    expect(refused(fileOf('{"__metadata__":[]}'))).toMatchInlineSnapshot(
      `"decodeSafetensors: the metadata, at byte 24, should be followed by "{" but is followed by "[". The file is damaged or is not safetensors; fetch or write it again."`,
    );
    expect(refused(fileOf('{"__metadata__":{"k":{"deep":{}}}}'))).toContain("a JSON string");
  });
});

describe("the fields of a tensor", () => {
  test("missing or unknown", () => {
    expect(refused(fileOf(entry('"dtype":"F32","shape":[1]'), 4))).toMatchInlineSnapshot(
      `"decodeSafetensors: tensor "a", at byte 13, should be described by dtype, shape and data_offsets but is lacking one of them. The file is damaged or is not safetensors; fetch or write it again."`,
    );
    expect(refused(fileOf(entry(`${good},"file":"/etc/passwd"`), 4))).toMatchInlineSnapshot(
      `"decodeSafetensors: the field "file" of tensor "a", at byte 61, should be dtype, shape or data_offsets but is unknown. The file is damaged or is not safetensors; fetch or write it again."`,
    );
    expect(refused(fileOf('{"a":{}}'))).toMatchInlineSnapshot(
      `"decodeSafetensors: a field of tensor "a", at byte 14, should be a JSON string but is "}". The file is damaged or is not safetensors; fetch or write it again."`,
    );
  });

  test("dtype", () => {
    expect(refused(fileOf(entry('"dtype":"F8_E4M3","shape":[4],"data_offsets":[0,4]'), 4))).toMatchInlineSnapshot(
      `"decodeSafetensors: dtype of tensor "a", at byte 22, should be one of BOOL U8 I8 U16 I16 U32 I32 U64 I64 F16 BF16 F32 F64 but is "F8_E4M3". Convert the tensor to F32 where the file was made."`,
    );
    expect(refused(fileOf(entry('"dtype":"toString","shape":[4],"data_offsets":[0,4]'), 4))).toContain(
      'but is "toString"',
    );
    expect(refused(fileOf(entry('"dtype":3,"shape":[1],"data_offsets":[0,4]'), 4))).toMatchInlineSnapshot(
      `"decodeSafetensors: dtype of tensor "a", at byte 22, should be a JSON string but is "3". The file is damaged or is not safetensors; fetch or write it again."`,
    );
  });

  test("shape", () => {
    const shaped = (shape: string): Uint8Array =>
      fileOf(entry(`"dtype":"F32","shape":[${shape}],"data_offsets":[0,4]`), 4);
    expect(refused(shaped("1,1,1,1,1,1,1,1,1"))).toMatchInlineSnapshot(
      `"decodeSafetensors: shape of tensor "a", at byte 53, should be at most 8 axes but is longer. Pass a higher limit if the file is to be trusted."`,
    );
    expect(refused(shaped("2147483649"))).toMatchInlineSnapshot(
      `"decodeSafetensors: shape of tensor "a", at byte 36, should be of extents up to 2147483648 but is [2147483649]. Pass a higher limit if the file is to be trusted."`,
    );
    expect(refused(shaped("2147483648,2147483648"))).toMatchInlineSnapshot(
      `"decodeSafetensors: shape of tensor "a", at byte 36, should be of fewer than 2^53 bytes but is [2147483648, 2147483648]. The file is damaged or is not safetensors; fetch or write it again."`,
    );
    // 2^32 · 2^32 is 0 in 64 bits, and this many bytes are there
    expect(refused(fileOf(entry('"dtype":"U8","shape":[2147483648,2147483648,4],"data_offsets":[0,0]')))).toContain(
      "fewer than 2^53",
    );
    expect(refused(shaped("2"))).toMatchInlineSnapshot(
      `"decodeSafetensors: data_offsets of tensor "a", at byte 55, should be 8 bytes apart, as F32 [2] takes, but is [0, 4], 4 apart. The file is damaged or is not safetensors; fetch or write it again."`,
    );
    expect(refused(shaped("0"))).toContain("0 bytes apart");
  });

  test("offsets", () => {
    const placed = (offsets: string, bytes: number): string =>
      refused(fileOf(entry(`"dtype":"F32","shape":[1],"data_offsets":[${offsets}]`), bytes));
    expect(placed("4,0", 4)).toMatchInlineSnapshot(
      `"decodeSafetensors: data_offsets of tensor "a", at byte 55, should be a begin and an end after it but is [4, 0]. The file is damaged or is not safetensors; fetch or write it again."`,
    );
    expect(placed("0", 4)).toMatchInlineSnapshot(
      `"decodeSafetensors: data_offsets of tensor "a", at byte 55, should be a begin and an end after it but is [0]. The file is damaged or is not safetensors; fetch or write it again."`,
    );
    expect(placed("0,4,8", 4)).toMatchInlineSnapshot(
      `"decodeSafetensors: data_offsets of tensor "a", at byte 60, should be at most 2 numbers but is longer. The file is damaged or is not safetensors; fetch or write it again."`,
    );
    expect(placed("9007199254740987,9007199254740991", 4)).toMatchInlineSnapshot(
      `"decodeSafetensors: data_offsets of tensor "a", at byte 55, should be within the 4 bytes of values but is [9007199254740987, 9007199254740991]. The file is truncated or is not safetensors; fetch or write it again."`,
    );
  });
});

describe("the places of the tensors", () => {
  test("beyond the end", () =>
    expect(refused(fileOf(`{"a":${at(0, 8)}}`, 4))).toMatchInlineSnapshot(
      `"decodeSafetensors: data_offsets of tensor "a", at byte 55, should be within the 4 bytes of values but is [0, 8]. The file is truncated or is not safetensors; fetch or write it again."`,
    ));

  test("overlapping", () => {
    expect(refused(fileOf(`{"a":${at(0, 8)},"b":${at(4, 12)}}`, 12))).toMatchInlineSnapshot(
      `"decodeSafetensors: data_offsets of tensor "b", at byte 108, should be placed from 8 on, overlapping no other tensor, but is [4, 12]. The file is damaged or is not safetensors; fetch or write it again."`,
    );
    expect(refused(fileOf(`{"a":${at(0, 8)},"b":${at(0, 8)}}`, 8))).toContain('tensor "b"');
    expect(refused(fileOf(`{"a":${at(0, 8)},"b":${at(4, 4)}}`, 8))).toContain("overlapping no other");
  });

  test("with a hole", () => {
    expect(refused(fileOf(`{"a":${at(0, 4)},"b":${at(8, 12)}}`, 12))).toMatchInlineSnapshot(
      `"decodeSafetensors: data_offsets of tensor "b", at byte 108, should be placed from 4 on, leaving no hole, but is [8, 12]. The file is damaged or is not safetensors; fetch or write it again."`,
    );
    expect(refused(fileOf(`{"a":${at(4, 8)}}`, 8))).toMatchInlineSnapshot(
      `"decodeSafetensors: data_offsets of tensor "a", at byte 55, should be placed from 0 on, leaving no hole, but is [4, 8]. The file is damaged or is not safetensors; fetch or write it again."`,
    );
  });

  test("with bytes left over", () => {
    expect(refused(fileOf(`{"a":${at(0, 4)}}`, 5))).toMatchInlineSnapshot(
      `"decodeSafetensors: the file, at byte 66, should be 66 bytes long, where the last tensor ends, but is 67. The file is damaged or is not safetensors; fetch or write it again."`,
    );
    expect(refused(fileOf("{}", 1))).toMatchInlineSnapshot(
      `"decodeSafetensors: the file, at byte 10, should be 10 bytes long, where the last tensor ends, but is 11. The file is damaged or is not safetensors; fetch or write it again."`,
    );
  });

  test("any order in the header is good", () => {
    const values = new Uint8Array(Float32Array.of(1, 2).buffer);
    const { tensors } = decodeSafetensors(fileOf(`{"b":${at(4, 8)},"none":${at(4, 4)},"a":${at(0, 4)}}`, values));
    expect([...tensors].map(([name, { data }]) => [name, ...data])).toEqual([["b", 2], ["none"], ["a", 1]]);
  });
});

describe("limits", { timeout: 60_000 }, () => {
  test("tensors", () => {
    expect(refused(many(3), { tensors: 2 })).toMatchInlineSnapshot(
      `"decodeSafetensors: the header, at byte 117, should be of at most 2 tensors but is longer. Pass a higher limit if the file is to be trusted."`,
    );
    expect(decodeSafetensors(many(3), { tensors: 3 }).tensors.size).toBe(3);
    expect(refused(many(65_537))).toContain("of at most 65536 tensors");
  });

  test("entries of metadata", () => {
    expect(refused(fileOf('{"__metadata__":{"a":"","b":"","c":""}}'), { tensors: 2 })).toMatchInlineSnapshot(
      `"decodeSafetensors: the metadata, at byte 39, should be of at most 2 entries but is longer. Pass a higher limit if the file is to be trusted."`,
    );
  });

  test("memory once decoded", () => {
    const file = fileOf(entry('"dtype":"U8","shape":[5],"data_offsets":[0,5]'), 5);
    expect(refused(file, { decodedBytes: 19 })).toMatchInlineSnapshot(
      `"decodeSafetensors: the file, at byte 61, should be of at most 19 bytes once decoded but is of 20. Pass a higher limit if the file is to be trusted."`,
    );
    expect(decodeSafetensors(file, { decodedBytes: 20 }).tensors.size).toBe(1);
  });
});

describe("cost", { timeout: 60_000 }, () => {
  // About 50 ms each. Work that grows with the square of the length would take hours.
  test.each([
    ["white space", `{${" ".repeat(9_999_998)}`],
    ["one name", `{"${"n".repeat(9_999_990)}`],
    ["brackets", "[".repeat(9_999_990).replace("[", "{")],
    ["digits", `{"a":{"shape":[${"1".repeat(9_999_900)}`],
    ["backslashes", `{"__metadata__":{"k":"${"\\\\".repeat(4_999_900)}`],
    ["numbers", `{"a":{"shape":[${"1,".repeat(4_999_900)}`],
  ])("ten megabytes of %s are refused in time that grows with their length alone", (_, header) => {
    expect(refused(fileOf(header))).toContain("at byte");
  });

  test("as many tensors as the limit allows are read", () => {
    expect(decodeSafetensors(many(65_536)).tensors.size).toBe(65_536);
  });
});

test("what is no bytes at all", () => {
  const text: unknown = "{}";
  expect(() => decodeSafetensors(text as Uint8Array)).toThrowErrorMatchingInlineSnapshot(
    `[ValueError: decodeSafetensors: bytes should be an ArrayBuffer or a Uint8Array but is "{}". Pass what await response.arrayBuffer() or a file reader gives.]`,
  );
  for (const [given, kind] of [
    [Promise.resolve(), "a Promise"],
    [new Response(), "a Response"],
  ] as const) {
    expect(() => Reflect.apply(decodeSafetensors, undefined, [given])).toThrow(`but is ${kind}. Pass what await`);
  }
});

test("a page in the place of a file looks like one", () => {
  const page = new TextEncoder().encode("<!DOCTYPE html><html><body>404 Not Found</body></html>");
  expect(refused(page)).toMatchInlineSnapshot(
    `"decodeSafetensors: the header's length, at byte 0, should be at most the 46 bytes that follow it but is 5789751444030890300. It looks like HTML: check the address."`,
  );
  const cut = fileOf("{}", 0, 60n); // a length that begins with the code of "<"
  expect(refused(cut)).toContain("The file is truncated");
});
