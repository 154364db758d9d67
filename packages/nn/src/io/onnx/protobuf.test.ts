import { expect, test } from "vitest";
import { ProtoWriter } from "./protobuf";

const hex = (writer: ProtoWriter): string =>
  Array.from(writer.finish(), (byte) => byte.toString(16).padStart(2, "0")).join("");

// The examples of protobuf.dev, "Encoding", and the ends of the ranges.
test.each([
  [150, "089601"],
  [0, "0800"],
  [127, "087f"],
  [128, "088001"],
  [-1, "08ffffffffffffffffff01"],
  [2n ** 63n - 1n, "08ffffffffffffffff7f"],
  [-(2n ** 63n), "0880808080808080808001"],
])("the whole number %s", (value, bytes) => {
  expect(hex(new ProtoWriter().int(1, value))).toBe(bytes);
});

test("texts, four-byte numbers, fields past the fifteenth, and messages inside messages", () => {
  expect(hex(new ProtoWriter().text(2, "testing"))).toBe("120774657374696e67");
  expect(hex(new ProtoWriter().float(2, 1.5))).toBe("150000c03f");
  expect(hex(new ProtoWriter().int(20, 7))).toBe("a00107");
  const inner = new ProtoWriter().int(1, 150);
  const outer = new ProtoWriter().message(3, inner).bytes(4, Uint8Array.of());
  expect(hex(outer)).toBe("1a030896012200");
  expect(outer.length).toBe(7);
});
