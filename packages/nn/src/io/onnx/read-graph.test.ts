import { expect, test } from "vitest";
import { ProtoWriter } from "./protobuf";
import { readGraph } from "./read-graph";

/** A model of one constant of three elements, of a data type of ONNX, with what `fill` writes of it. */
const fileOf = (type: number, fill: (constant: ProtoWriter) => ProtoWriter): Uint8Array => {
  const constant = fill(new ProtoWriter().int(1, 3).int(2, type).text(8, "c"));
  return new ProtoWriter().message(7, new ProtoWriter().message(5, constant)).finish();
};
const dataOf = (file: Uint8Array) => [...(readGraph(file).tensors.get("c")?.data ?? [])];

test.each([
  ["float16 as whole numbers", 10, (c: ProtoWriter) => c.int(5, 0x3c00).int(5, 0x4000).int(5, 0xb800)],
  [
    "float16 as bytes",
    10,
    (c: ProtoWriter) => c.bytes(9, new Uint8Array(Uint16Array.of(0x3c00, 0x4000, 0xb800).buffer)),
  ],
  ["double as numbers", 11, (c: ProtoWriter) => c.bytes(10, new Uint8Array(Float64Array.of(1, 2, -0.5).buffer))],
  ["double as bytes", 11, (c: ProtoWriter) => c.bytes(9, new Uint8Array(Float64Array.of(1, 2, -0.5).buffer))],
  ["float as numbers", 1, (c: ProtoWriter) => c.float(4, 1).float(4, 2).float(4, -0.5)],
])("a constant of %s", (_, type, fill) => {
  expect(dataOf(fileOf(type, fill))).toEqual([1, 2, -0.5]);
});

const INT64 = 7;
const beyond = [2n ** 63n - 1n, -(2n ** 63n), 3n];

test.each([
  ["numbers", (c: ProtoWriter) => beyond.reduce((made, value) => made.int(7, value), c)],
  ["bytes", (c: ProtoWriter) => c.bytes(9, new Uint8Array(BigInt64Array.from(beyond).buffer))],
])("whole numbers of 64 bits as %s end where those of 32 do", (_, fill) => {
  expect(dataOf(fileOf(INT64, fill))).toEqual([2 ** 31 - 1, -(2 ** 31), 3]);
});

test("a constant of more floats than a call takes arguments", () => {
  const count = 200_000;
  const constant = new ProtoWriter()
    .int(1, count)
    .int(2, 1)
    .text(8, "c")
    .bytes(4, new Uint8Array(new Float32Array(count).fill(0.5).buffer));
  const file = new ProtoWriter().message(7, new ProtoWriter().message(5, constant)).finish();
  const data = dataOf(file);
  expect([data.length, data.at(-1)]).toEqual([count, 0.5]);
});
