import { DTypeError, ShapeError, ValueError } from "@unroll/kernels";
import { describe, expect, test } from "vitest";
import type { HostTensor } from "../host-tensor";
import { bitsOf, fileOf, fromBase64 } from "../test-support/bytes";
import { decodeSafetensors, encodeSafetensors } from "./safetensors";

const f32 = (shape: number[], ...data: number[]): HostTensor => ({
  dtype: "f32",
  shape,
  data: Float32Array.from(data),
});
const bool: HostTensor = { dtype: "bool", shape: [3], data: Uint32Array.of(1, 0, 1) };
const i32: HostTensor = { dtype: "i32", shape: [1, 2], data: Int32Array.of(-1, 2 ** 31 - 1) };
const u32: HostTensor = { dtype: "u32", shape: [], data: Uint32Array.of(2 ** 32 - 1) };

/** One tensor named "t" of any dtype, from its bytes. */
function decoded(dtype: string, bytes: ArrayBufferView<ArrayBuffer>, shape: number[]): HostTensor | undefined {
  const header = JSON.stringify({ t: { dtype, shape, data_offsets: [0, bytes.byteLength] } });
  return decodeSafetensors(fileOf(header, Uint8Array.from(bitsOf(bytes)))).tensors.get("t");
}

describe("round trip", () => {
  test("every dtype, rank 0, empty tensors, odd names and metadata", () => {
    const tensors = new Map<string, HostTensor>([
      ["lstm.weightIh.0", f32([2, 2], 1, -0, Number.NaN, -Infinity)],
      ["empty", f32([0, 5])],
      ["__proto__", f32([1], 1e-45)],
      ["constructor", i32],
      ["0", u32],
      ['ключ "\\\n🙂', bool],
      ["\ufeffkey", f32([], 2)],
      ["key", f32([], 3)],
    ]);
    const metadata = { format: "pt", note: 'a "quoted"\n line 🙂', ["__proto__"]: "data" };
    const file = decodeSafetensors(encodeSafetensors(tensors, metadata));
    expect(new Set(file.tensors.keys())).toEqual(new Set(tensors.keys()));
    for (const [name, tensor] of tensors) expect(file.tensors.get(name), name).toEqual(tensor);
    expect(file.metadata).toEqual(new Map(Object.entries(metadata)));
    expect("dtype" in {}).toBe(false); // no prototype was touched
  });

  test("each of a million bit patterns of float32", () => {
    const words = Uint32Array.from({ length: 2 ** 20 }, (_, i) => Math.imul(i, 0x9e3779b1));
    const data = new Float32Array(words.buffer);
    const back = decodeSafetensors(encodeSafetensors(new Map([["w", { dtype: "f32", shape: [2 ** 20], data }]])));
    const read = new Uint32Array(back.tensors.get("w")?.data.buffer ?? new ArrayBuffer(0));
    expect(read.length).toBe(words.length);
    expect(words.findIndex((word, i) => word !== read[i])).toBe(-1);
  });

  test("the order of the map and of the metadata does not show in the file", () => {
    const entries: [string, HostTensor][] = [
      ["b", f32([1], 1)],
      ["a", bool],
      ["c", i32],
    ];
    expect(
      encodeSafetensors(
        new Map(entries.toReversed()),
        new Map([
          ["y", "1"],
          ["x", "2"],
        ]),
      ),
    ).toEqual(encodeSafetensors(new Map(entries), { x: "2", y: "1" }));
  });

  test("the header is padded with spaces to 8 bytes", () => {
    for (const name of ["a", "ab", "abc", "abcd", "abcde", "abcdef", "abcdefg", "abcdefgh"]) {
      const file = encodeSafetensors(new Map([[name, f32([1], 1)]]));
      expect(file.length % 8).toBe(4); // 8 of the length, a multiple of 8, and 4 of the value
      expect(decodeSafetensors(file).tensors.has(name)).toBe(true);
    }
  });

  test("nothing in the file is nothing in the map", () => {
    expect(decodeSafetensors(encodeSafetensors(new Map()))).toEqual({ tensors: new Map(), metadata: new Map() });
  });

  test("a file inside a larger buffer, at an odd address", () => {
    const file = encodeSafetensors(new Map([["a", f32([2], 1, 2)]]));
    const room = new Uint8Array(file.length + 9).fill(255);
    room.set(file, 5);
    expect(decodeSafetensors(room.subarray(5, 5 + file.length)).tensors.get("a")).toEqual(f32([2], 1, 2));
    expect(decodeSafetensors(file.buffer).tensors.get("a")).toEqual(f32([2], 1, 2));
  });

  test("a view into shared storage writes its own elements only", () => {
    const data = Float32Array.of(9, 1, 2, 9).subarray(1, 3);
    const file = encodeSafetensors(new Map([["a", { dtype: "f32", shape: [2], data }]]));
    expect(decodeSafetensors(file).tensors.get("a")).toEqual(f32([2], 1, 2));
  });
});

/* safetensors 0.8.0:
   save({"b": np.array([1.5, -2], "f4"), "a": np.array([[1], [2]], "f4"), "n": np.array(7, "u4"), "i": np.array([-3], "i4"),
         "m": np.array([True, False]), "é": np.zeros((0, 2), "f4")}, {"format": "np"}) */
const REFERENCE = `
cAEAAAAAAAB7Il9fbWV0YWRhdGFfXyI6eyJmb3JtYXQiOiJucCJ9LCJhIjp7ImR0eXBlIjoiRjMyIiwic2hhcGUiOlsyLDFdLCJkYXRhX29mZnNldHMi
OlswLDhdfSwiYiI6eyJkdHlwZSI6IkYzMiIsInNoYXBlIjpbMl0sImRhdGFfb2Zmc2V0cyI6WzgsMTZdfSwiw6kiOnsiZHR5cGUiOiJGMzIiLCJzaGFw
ZSI6WzAsMl0sImRhdGFfb2Zmc2V0cyI6WzE2LDE2XX0sIm4iOnsiZHR5cGUiOiJVMzIiLCJzaGFwZSI6W10sImRhdGFfb2Zmc2V0cyI6WzE2LDIwXX0s
ImkiOnsiZHR5cGUiOiJJMzIiLCJzaGFwZSI6WzFdLCJkYXRhX29mZnNldHMiOlsyMCwyNF19LCJtIjp7ImR0eXBlIjoiQk9PTCIsInNoYXBlIjpbMl0s
ImRhdGFfb2Zmc2V0cyI6WzI0LDI2XX19ICAgIAAAgD8AAABAAADAPwAAAMAHAAAA/f///wEA
`;

test("the bytes are those of the format's own writer", () => {
  const tensors = new Map<string, HostTensor>([
    ["b", f32([2], 1.5, -2)],
    ["a", f32([2, 1], 1, 2)],
    ["n", { dtype: "u32", shape: [], data: Uint32Array.of(7) }],
    ["i", { dtype: "i32", shape: [1], data: Int32Array.of(-3) }],
    ["m", { dtype: "bool", shape: [2], data: Uint32Array.of(1, 0) }],
    ["é", f32([0, 2])],
  ]);
  const reference = fromBase64(REFERENCE);
  expect(new TextDecoder().decode(encodeSafetensors(tensors, { format: "np" }))).toBe(
    new TextDecoder().decode(reference),
  );
  expect(encodeSafetensors(tensors, { format: "np" })).toEqual(reference);
  expect(decodeSafetensors(reference)).toEqual({ tensors, metadata: new Map([["format", "np"]]) });
});

describe("other element types", () => {
  test("F16 and BF16 are widened exactly", () => {
    const halves = Uint16Array.of(0x3c00, 0xc000, 0x7bff, 0x0001, 0x8000, 0x7c00);
    expect(decoded("F16", halves, [6])).toEqual(f32([6], 1, -2, 65504, 2 ** -24, -0, Infinity));
    expect(decoded("BF16", Uint16Array.of(0x3f80, 0xc040, 0x0001, 0xff80), [4])).toEqual(
      f32([4], 1, -3, 2 ** -133, -Infinity),
    );
  });

  test("F64 is rounded to float32", () => {
    const values = [0.1, -Infinity, Number.NaN, 3.4028235e38, 1e-300];
    expect(decoded("F64", Float64Array.from(values), [5])).toEqual(
      f32([5], Math.fround(0.1), ...values.slice(1, 4), 0),
    );
  });

  test("integers keep their values", () => {
    const signed = (data: number[]): HostTensor => ({
      dtype: "i32",
      shape: [data.length],
      data: Int32Array.from(data),
    });
    const unsigned = (data: number[]): HostTensor => ({
      dtype: "u32",
      shape: [data.length],
      data: Uint32Array.from(data),
    });
    expect(decoded("I8", Int8Array.of(-128, 127), [2])).toEqual(signed([-128, 127]));
    expect(decoded("U8", Uint8Array.of(0, 255), [2])).toEqual(unsigned([0, 255]));
    expect(decoded("I16", Int16Array.of(-32768, 5), [2])).toEqual(signed([-32768, 5]));
    expect(decoded("U16", Uint16Array.of(65535, 5), [2])).toEqual(unsigned([65535, 5]));
    const ends = [-(2 ** 31), 2 ** 31 - 1];
    expect(decoded("I64", BigInt64Array.from(ends.map(BigInt)), [2])).toEqual(signed(ends));
    expect(decoded("U64", BigUint64Array.of(2n ** 32n - 1n), [1])).toEqual(unsigned([2 ** 32 - 1]));
  });

  test("a value without a counterpart is refused, with its tensor and place", () => {
    expect(() => decoded("I64", BigInt64Array.of(0n, 2n ** 31n), [2])).toThrowErrorMatchingInlineSnapshot(
      `[FileFormatError: decodeSafetensors: element 1 of tensor "t", at byte 71, should be within 32 bits but is 2147483648. Save the tensor as I32.]`,
    );
    expect(() => decoded("I64", BigInt64Array.of(-(2n ** 31n) - 1n), [1])).toThrow("but is -2147483649");
    expect(() => decoded("U64", BigUint64Array.of(2n ** 32n), [1])).toThrowErrorMatchingInlineSnapshot(
      `[FileFormatError: decodeSafetensors: element 0 of tensor "t", at byte 62, should be within 32 bits but is 4294967296. Save the tensor as U32.]`,
    );
    expect(() => decoded("F64", Float64Array.of(1, -3.5e38), [2])).toThrowErrorMatchingInlineSnapshot(
      `[FileFormatError: decodeSafetensors: element 1 of tensor "t", at byte 71, should be within the range of float32 but is -3.5e+38. Scale the tensor before it is saved.]`,
    );
    expect(() => decoded("BOOL", Uint8Array.of(1, 2), [2])).toThrowErrorMatchingInlineSnapshot(
      `[FileFormatError: decodeSafetensors: element 1 of tensor "t", at byte 64, should be 0 or 1 but is 2. Write the tensor as U8 if it holds numbers.]`,
    );
  });
});

describe("what cannot be written", () => {
  const one = (name: string, tensor: HostTensor) => () => encodeSafetensors(new Map([[name, tensor]]));

  test("names", () => {
    expect(one("__metadata__", u32)).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: encodeSafetensors: a tensor's name should be one that the format does not reserve but is "__metadata__". Change it before saving.]`,
    );
    expect(one("half \ud83d", u32)).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: encodeSafetensors: a tensor's name should be well-formed Unicode but is "half \\ud83d", with half a surrogate pair. Change it before saving.]`,
    );
    expect(one("x".repeat(1025), u32)).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: encodeSafetensors: a tensor's name should be at most 1024 bytes long but is 1025. Change it before saving.]`,
    );
    expect(one("x".repeat(1024), u32)).not.toThrow();
    expect(one("\n".repeat(513), u32)).toThrow(ValueError); // 1,026 bytes as the header spells them
  });

  test("metadata", () => {
    expect(() => encodeSafetensors(new Map(), { note: "\udc00" })).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: encodeSafetensors: the metadata "note" should be well-formed Unicode but is half of a surrogate pair. Change it before saving.]`,
    );
    const numbers: Record<string, string> = JSON.parse('{"epoch": 3}');
    expect(() => encodeSafetensors(new Map(), numbers)).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: encodeSafetensors: the metadata "epoch" should be a string but is number. Change it before saving.]`,
    );
    expect(() => encodeSafetensors(new Map(), { note: "x".repeat(10_000_000) })).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: encodeSafetensors: the header should be at most 10000000 bytes for 65536 tensors but is 10000032 for 0. Spread the tensors over several files.]`,
    );
  });

  test("tensors that contradict themselves", () => {
    expect(one("a", f32([3], 1, 2))).toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: encodeSafetensors: the shape of tensor "a" should be whole numbers whose product is 2, as data has elements, but is [3]. Pass the shape that the values were made with.]`,
    );
    expect(one("a", f32([-1, -2], 1, 2))).toThrow(ShapeError);
    expect(one("a", f32([0.5, 4], 1, 2))).toThrow(ShapeError);
    expect(one("a", { dtype: "f32", shape: [1], data: Int32Array.of(1) })).toThrowErrorMatchingInlineSnapshot(
      `[DTypeError: encodeSafetensors: the data of tensor "a" should be an array of f32 but is Int32Array. Change dtype, or copy the values into the typed array that holds it.]`,
    );
    expect(one("a", { dtype: "bool", shape: [1], data: Float32Array.of(1) })).toThrow(DTypeError);
    expect(one("a", { dtype: "bool", shape: [2], data: Uint32Array.of(0, 2) })).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: encodeSafetensors: element 1 of tensor "a" should be 0 or 1 but is 2. Change it before saving.]`,
    );
    expect(one("a", f32(new Array(9).fill(1), 1))).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: encodeSafetensors: the shape of tensor "a" should be of at most 8 axes but is [1, 1, 1, 1, 1, 1, 1, 1, 1]. Change it before saving.]`,
    );
  });
});

test("halves are written in two bytes each, and read as f32 without a change", () => {
  const data = Float32Array.of(1, -2, 2 ** -24, 65_504, 1 / 3);
  const file = encodeSafetensors(new Map([["x", { dtype: "f16", shape: [5], data }]]));
  const { tensors } = decodeSafetensors(file);
  expect(tensors.get("x")).toEqual({
    dtype: "f32",
    shape: [5],
    data: Float32Array.of(1, -2, 2 ** -24, 65_504, 0.333251953125),
  });
  expect(new TextDecoder().decode(file)).toContain('"dtype":"F16","shape":[5],"data_offsets":[0,10]');
});

test("other files that weights are kept in are named", () => {
  const startingWith = (...start: number[]) => Uint8Array.from({ length: 64 }, (_, at) => start[at] ?? 0);
  expect(() => decodeSafetensors(startingWith(0x50, 0x4b, 3, 4))).toThrowErrorMatchingInlineSnapshot(
    `[FileFormatError: decodeSafetensors: the file, at byte 0, should be a safetensors file but is a zip archive, as torch.save writes .pt and Keras .keras. Save the weights with save_file of safetensors, from safetensors.torch or safetensors.numpy.]`,
  );
  expect(() => decodeSafetensors(startingWith(0x89, 0x48, 0x44, 0x46))).toThrow("an HDF5 file, as Keras writes .h5");
});
