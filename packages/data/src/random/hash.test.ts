import { expect, test } from "vitest";
import { hash32 } from "./hash";

// Published vectors of MurmurHash3_x86_32; the two texts beyond ASCII check that UTF-8 bytes are hashed.
test.each([
  { text: "", seed: 0, hash: 0 },
  { text: "", seed: 1, hash: 0x514e28b7 },
  { text: "", seed: 0xffffffff, hash: 0x81f16f39 },
  { text: "a", seed: 0x9747b28c, hash: 0x7fa09ea6 },
  { text: "aa", seed: 0x9747b28c, hash: 0x5d211726 },
  { text: "aaa", seed: 0x9747b28c, hash: 0x283e0130 },
  { text: "aaaa", seed: 0x9747b28c, hash: 0x5a97808a },
  { text: "Hello, world!", seed: 0x9747b28c, hash: 0x24884cba },
  { text: "ππππππππ", seed: 0x9747b28c, hash: 0xd58063c1 },
])("hash32($text, $seed)", ({ text, seed, hash }) => {
  expect(hash32(text, seed)).toBe(hash);
});

test("one seed is the default: 0", () => {
  expect(hash32("test")).toBe(0xba6bd213);
});
