/// <reference types="vite/types/importMeta.d.ts" />
import { parseReport } from "../parse-report";
import type { Report } from "../report";

/** A run that is kept in the repository. */
export interface Stored {
  /** Its file's name without the ending. */
  readonly name: string;
  readonly load: () => Promise<Report>;
}

const files = import.meta.glob<string>("../../results/*.json", { query: "?raw", import: "default" });

/** Runs on other devices, by name. */
export const stored: readonly Stored[] = Object.entries(files).map(([path, text]) => {
  const name = path.slice(path.lastIndexOf("/") + 1, -".json".length);
  return { name, load: async () => parseReport(await text(), name) };
});
