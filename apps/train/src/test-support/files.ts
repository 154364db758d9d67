import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach } from "vitest";

/** A folder for each test of a file, gone after it. */
export function useFolder(): {
  readonly path: string;
  /** Writes a file into it. @returns its path */
  file(name: string, content: string | Uint8Array): Promise<string>;
} {
  let path = "";
  beforeEach(async () => {
    path = await mkdtemp(join(tmpdir(), "unroll-train-"));
  });
  afterEach(() => rm(path, { recursive: true }));
  return {
    get path() {
      return path;
    },
    async file(name, content) {
      const place = join(path, name);
      await writeFile(place, content);
      return place;
    },
  };
}

/** What a promise is refused with, in words; what it gives, if it is not. */
export function refusal(promise: Promise<unknown>): Promise<string> {
  return promise.then(String, ({ message }: Error) => message);
}
