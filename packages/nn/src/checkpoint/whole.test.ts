import { expect, test } from "vitest";
import type { HostTensor } from "../io/host-tensor";
import { encodeSafetensors } from "../io/safetensors/safetensors";
import { isWhole } from "./whole";

const tensors = new Map<string, HostTensor>([
  ["weight", { dtype: "f32", shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) }],
  ["mask", { dtype: "bool", shape: [3], data: Uint32Array.of(1, 0, 1) }],
]);

test.each([
  { name: "no tensor", file: encodeSafetensors(new Map()) },
  { name: "notes only", file: encodeSafetensors(new Map(), { epoch: "3" }) },
  { name: "tensors", file: encodeSafetensors(tensors) },
  { name: "tensors and notes", file: encodeSafetensors(tensors, { epoch: "3" }) },
])("a file of $name is whole, and no part of it is, nor one that goes on", ({ file }) => {
  expect(isWhole(file)).toBe(true);
  const parts = Array.from({ length: file.length }, (_, bytes) => file.slice(0, bytes));
  expect(parts.filter(isWhole)).toHaveLength(0);
  expect(isWhole(Uint8Array.of(...file, 0))).toBe(false);
  const within = new Uint8Array(file.length + 8);
  within.set(file, 3);
  expect(isWhole(within.subarray(3, 3 + file.length))).toBe(true);
});

test("what is no such file is not", () => {
  const file = encodeSafetensors(tensors);
  const bytes = (text: string) => Uint8Array.from(new TextEncoder().encode(text));
  expect(isWhole(bytes("<!doctype html><title>Not found</title>"))).toBe(false);
  expect(isWhole(Uint8Array.from(file, () => 0))).toBe(false);
  for (const header of ["[]", "null", "3", '{"a":{}}', '{"a":null}', '{"a":{"data_offsets":"b"}}']) {
    const made = new Uint8Array([header.length, 0, 0, 0, 0, 0, 0, 0, ...bytes(header)]);
    expect(isWhole(made), header).toBe(false);
  }
});
