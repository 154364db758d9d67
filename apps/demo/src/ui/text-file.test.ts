import { expect, test } from "vitest";
import { readTextFile, TextFileError } from "./text-file";

const fileOf = (part: BlobPart, name = "mine.txt") => new File([part], name);
const most = 10;

test("of a long file the beginning is read, no character of it cut", async () => {
  expect(await readTextFile(fileOf("short"), most)).toBe("short");
  const read: number[] = [];
  class Watched extends File {
    override slice(start: number, end: number): Blob {
      read.push(end - start);
      return super.slice(start, end);
    }
  }
  for (const character of ["a", "é", "€", "😀"]) {
    for (const before of ["", "a", "aa"]) {
      const text = await readTextFile(new Watched([before + character.repeat(1000)], "long.txt"), most);
      expect(text.length).toBeGreaterThanOrEqual(most);
      expect(text).toMatch(new RegExp(`^${before}(${character})+$`, "u"));
    }
  }
  expect(Math.max(...read)).toBeLessThanOrEqual(3 * (most + 1));
});

const words = async (file: File) => {
  const error = await readTextFile(file, most).catch((problem: unknown) => problem);
  expect(error).toBeInstanceOf(TextFileError);
  return (error as TextFileError).message;
};

test("a file that holds no text is refused, with what to do", async () => {
  const [none, no] = ["“mine.txt” is empty. Choose a file with text in it.", "“mine.txt” is no plain text in UTF-8."];
  for (const empty of ["", " \n\n", "\ufeff"]) expect(await words(fileOf(empty))).toBe(none);
  const picture = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0x0d);
  const zeros = new Uint8Array(40);
  const latin = Uint8Array.of(0x6e, 0xe9, 0x20);
  for (const bytes of [picture, zeros, latin]) expect(await words(fileOf(bytes))).toContain(no);
});

test("a file that cannot be read is told of", async () => {
  class Gone extends File {
    override slice(): Blob {
      const part = new Blob(["a"]);
      part.arrayBuffer = () => Promise.reject(new DOMException("gone", "NotReadableError"));
      return part;
    }
  }
  expect(await words(new Gone(["a"], "mine.txt"))).toMatch(/^“mine\.txt” could not be read\..*Choose it again\.$/);
});
