import { join } from "node:path";
import type { Plugin } from "vite";
import { root } from "../lib/root.mjs";
import { type Sample, samplePages, samplesFolder, samplesOf, withClaims } from "../lib/samples.mjs";

const LIST = "virtual:samples";

/**
 * Serves every program of the documentation as a module that runs by being imported, and `virtual:samples`, the list of
 * them, each with its name.
 */
export function documentationSamples(): Plugin {
  const byPlace = new Map<string, Sample>();
  return {
    name: "documentation-samples",
    enforce: "pre",
    resolveId(id) {
      if (id === LIST) return `\0${LIST}`;
      // as it is imported, and as a browser then asks for it
      return [id, join(root, id)].find((place) => byPlace.has(place)) ?? null;
    },
    load(id) {
      const sample = byPlace.get(id);
      if (sample) return withClaims(sample, join(samplesFolder, "claim.ts"));
      if (id !== `\0${LIST}`) return null;
      const list: string[] = [];
      for (const page of samplePages()) {
        this.addWatchFile(page);
        for (const sample of samplesOf(page)) {
          // Vite resolves imports where a file is: the test that runs them, with the program behind a question mark
          const place = `${join(samplesFolder, "samples.gpu.test.ts")}?sample=${sample.module}`;
          byPlace.set(place, sample);
          list.push(`{ name: ${JSON.stringify(sample.name)}, run: () => import(${JSON.stringify(place)}) }`);
        }
      }
      return `export const samples = [${list.join(",\n")}];`;
    },
  };
}
