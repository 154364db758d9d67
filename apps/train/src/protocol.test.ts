import { expect, test } from "vitest";
import { toBase64 } from "./protocol";

test("bytes come back from base64, also where they are many", () => {
  const bytes = Uint8Array.from({ length: 100_003 }, (_, n) => (n * 167) % 256);
  expect(Buffer.compare(Buffer.from(toBase64(bytes), "base64"), Buffer.from(bytes))).toBe(0);
  expect(toBase64(new Uint8Array(0))).toBe("");
});
