import { open } from "@unroll/kernels";
import { random } from "@unroll/nn";
import { afterAll, beforeAll, expect, test } from "vitest";
import { translator } from "../pages/translation/model";
import { bestPath, traceBeams } from "./beam-trace";
import { type Pair, vocabulariesOf } from "./pair";
import { searchPairs } from "./search";

const limits = import.meta.env.UNROLL_LIMITS === "default" ? "default" : "raised";
let device: Awaited<ReturnType<typeof open>>;
beforeAll(async () => {
  device = await open({ limits, onWarning: () => undefined });
});
afterAll(() => device.dispose());

const pairs: readonly Pair[] = [{ source: [..."abcde"], target: [..."vwxyz"] }];
const vocabularies = vocabulariesOf(pairs);

test.each([
  { attention: "Bahdanau", beam: 1, seed: 1 },
  { attention: "Bahdanau", beam: 3, seed: 2 },
  { attention: "Luong", beam: 4, seed: 3 },
  { attention: "none", beam: 2, seed: 4 },
] as const)("what is traced with $beam beams and attention $attention is what beamSearch finds", async (options) => {
  const { attention, beam, seed } = options;
  const rng = random(seed);
  const model = translator({ attention, cell: "gru", hidden: 9, layers: 1, ...vocabularies, rng });
  model.eval();
  for (const source of ["abc", "edcba", "e"]) {
    const search = { beam, longest: 6 };
    const [made] = await searchPairs(model, vocabularies, [[...source]], { ...search, attends: attention !== "none" });
    const tree = await traceBeams(model, vocabularies, [...source], search);
    const path = bestPath(tree);
    const nodes = path.map((place, step) => tree[step]?.[place]);
    expect(nodes.map((node) => node?.symbol)).toEqual([...(made?.symbols ?? []), "end"]);
    // both sum logs of softmaxes of f32 logits, whose roundings are some 1e-7 a step
    expect(nodes.at(-1)?.total).toBeCloseTo(Math.log(made?.probability ?? 0), 4);
    for (const [step, level] of tree.entries()) {
      expect(level.length).toBeLessThanOrEqual(2 * beam);
      expect(level.filter(({ fate }) => fate === "kept").length).toBeLessThanOrEqual(beam);
      for (const { parent } of level) {
        expect(step === 0 ? parent : tree[step - 1]?.[parent]?.fate).toBe(step === 0 ? -1 : "kept");
      }
    }
  }
  model.dispose();
});
