import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { samplePages, samplesOf, withClaims } from "./samples.mjs";

const folder = mkdtempSync(join(tmpdir(), "unroll-samples-"));
afterAll(() => rmSync(folder, { recursive: true }));

function page(...lines: string[]): string {
  const file = join(folder, "page.md");
  writeFileSync(file, lines.join("\n"));
  return file;
}
const IMPORT = 'import { open } from "@unroll/kernels";';

test("a block that begins with its imports begins a program, and those after it go on with it, line by line", () => {
  const file = page(
    "# Title",
    "```ts",
    IMPORT,
    "```",
    "words",
    "```sh",
    "ls",
    "```",
    "```ts",
    "open();",
    "```",
    "```ts",
    IMPORT,
    "```",
  );
  const [first, second, ...others] = samplesOf(file);
  expect(others).toEqual([]);
  expect(first?.name.endsWith("page.md:2")).toBe(true);
  expect(first?.code.split("\n")).toEqual(["", "", IMPORT, "", "", "", "", "", "", "open();"]);
  expect(second?.code.split("\n").at(-1)).toBe(IMPORT);
});

test("a first block that has no imports is refused", () => {
  expect(() => samplesOf(page("```ts", "open();", "```"))).toThrow(
    "page.md:1: the first block of TypeScript on a page begins",
  );
});

test("what a line claims of the last value that it prints becomes a check", () => {
  const sample = (line: string) => ({ name: "page.md:1", module: "page", code: ["", IMPORT, line].join("\n") });
  const made = (line: string) => withClaims(sample(line), "claim").split("\n")[2];
  expect(made("console.log(1, x); // above 0.9: most of them")).toBe('claim(3, "above", 0.9, [1, x]);');
  expect(made('  if (done) console.log(x); // is ["a", 2]')).toBe('  if (done) claim(3, "is", ["a", 2], [x]);');
  expect(made("const x = 1; // below it")).toBe("const x = 1; // below it");
  for (const line of ["); // above 0.9", "console.log(x); // near ln 2"]) {
    expect(() => made(line), line).toThrow("this claim should be a line of its own");
  }
});

test("the READMEs and the guides are among the pages", () => {
  const pages = samplePages().map((file) => file.replaceAll("\\", "/"));
  for (const end of ["packages/nn/README.md", "apps/docs/site/guide/names.md", "apps/docs/site/coming-from/keras.md"]) {
    expect(
      pages.some((file) => file.endsWith(end)),
      end,
    ).toBe(true);
  }
  expect(pages.some((file) => file.includes("/site/api/"))).toBe(false);
});
