import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pnpmCommand } from "./pnpm.mjs";
import { runQuietly } from "./processes.mjs";
import { root } from "./root.mjs";

/** @typedef {{ name: string, version: string, folder: string }} Package */

/** The packages that are published: all under packages/ but the private ones. @returns {Package[]} */
export function publishedPackages() {
  return readdirSync(join(root, "packages")).flatMap((name) => {
    const folder = join(root, "packages", name);
    const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    return manifest.private ? [] : [{ name: manifest.name, version: manifest.version, folder }];
  });
}

/**
 * Packs a built package as it would be published.
 * @param {Package} published
 * @param {string} destination folder for the tarball
 * @returns {string} the tarball's path
 */
export function pack(published, destination) {
  const command = [...pnpmCommand(), "pack", "--json", "--pack-destination", destination];
  return JSON.parse(runQuietly(command, { cwd: published.folder })).filename;
}
