import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** Writes files of a run into a folder, which is made if need be; files that are there already are replaced. */
export async function writeFiles(
  folder: string,
  files: readonly (readonly [name: string, content: string | Uint8Array])[],
): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const [name, content] of files) await writeFile(join(folder, name), content);
}
