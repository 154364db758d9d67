import "./lib/node-version.mjs";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { pack, publishedPackages } from "./lib/pack.mjs";

// Lints the tarballs, not the folders: what `files` and `publishConfig` leave of a package is what users get.
const folder = mkdtempSync(join(tmpdir(), "unroll-publint-"));
try {
  for (const published of publishedPackages()) {
    const bytes = readFileSync(pack(published, folder));
    const tarball = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
    const { messages, pkg } = await publint({ pack: { tarball }, strict: true });
    const text = messages.map((message) => formatMessage(message, pkg, { color: false }) ?? message.code);
    if (pkg === undefined || Object.keys(pkg.dependencies ?? {}).some((name) => !name.startsWith("@unroll/"))) {
      text.push("a published package has no runtime dependencies but its siblings");
    }
    process.stdout.write(`${published.name}: ${text.length} problems\n`);
    for (const line of text) process.stderr.write(`  ${line}\n`);
    if (text.length > 0) process.exitCode = 1;
  }
} finally {
  rmSync(folder, { recursive: true });
}
