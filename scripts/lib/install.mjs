import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pnpmCommand } from "./pnpm.mjs";
import { runQuietly, say, toolEnvironment } from "./processes.mjs";
import { root } from "./root.mjs";

const stamp = join(root, "node_modules", ".unroll", "installed");

/** What an install depends on: lockfile, workspace file, every package.json, and the machine. */
function fingerprint() {
  const manifests = ["packages", "apps"].flatMap((folder) =>
    readdirSync(join(root, folder))
      .sort()
      .map((name) => join(folder, name, "package.json")),
  );
  const hash = createHash("sha256").update(`${process.platform} ${process.arch} ${process.versions.modules}\n`);
  for (const file of ["pnpm-lock.yaml", "pnpm-workspace.yaml", "package.json", ...manifests]) {
    const path = join(root, file);
    if (existsSync(path)) hash.update(`${file}\n`).update(readFileSync(path));
  }
  return hash.digest("hex");
}

/** Installs what the lockfile says, unless the last install was for the same files. */
export function install() {
  const wanted = fingerprint();
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return;
  say("installing packages (the first time this takes a minute)");
  // CI: pnpm asks no questions; ours is the only terminal. Puppeteer's download is ours to start, and only when needed.
  const env = { ...toolEnvironment(), CI: "true", PUPPETEER_SKIP_DOWNLOAD: "true" };
  runQuietly([...pnpmCommand(), "install", "--frozen-lockfile", "--reporter=append-only"], { env });
  mkdirSync(join(stamp, ".."), { recursive: true });
  writeFileSync(stamp, wanted);
}
