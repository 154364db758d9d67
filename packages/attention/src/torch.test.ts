import { decodeSafetensors, loadTorch, type Module, random, saveTorch, toPyTorch } from "@unroll/nn";
import { describe, expect, test } from "vitest";
import { ContextGate } from "./gate";
import { HardAttention, RewardBaseline } from "./hard";
import { AttentionPooling } from "./pooling";
import { LearnedPositions } from "./positions/learned";
import {
  AdditiveAttention,
  CoverageAttention,
  GeneralAttention,
  LocalPredictiveAttention,
  LocationAwareAttention,
  MonotonicAttention,
} from "./scores";

const modules: Record<string, (seed: number) => Module> = {
  LearnedPositions: (seed) => new LearnedPositions(5, 3, { rng: random(seed) }),
  ContextGate: (seed) => new ContextGate(3, { rng: random(seed) }),
  AttentionPooling: (seed) => new AttentionPooling(3, { rng: random(seed), size: 2 }),
  AdditiveAttention: (seed) => new AdditiveAttention(3, 4, { rng: random(seed), size: 2 }),
  "MonotonicAttention of a score with a gain": (seed) => {
    const options = { rng: random(seed), size: 2, bias: true, normalise: true };
    return new MonotonicAttention(new AdditiveAttention(3, 4, options), { offset: -seed });
  },
  CoverageAttention: (seed) => new CoverageAttention(3, 4, { rng: random(seed), size: 2, fertility: 2 }),
  LocationAwareAttention: (seed) =>
    new LocationAwareAttention(3, 4, { rng: random(seed), size: 2, filters: 2, width: 3 }),
  "HardAttention over GeneralAttention": (seed) => new HardAttention(new GeneralAttention(3, 4, { rng: random(seed) })),
  LocalPredictiveAttention: (seed) =>
    new LocalPredictiveAttention(new GeneralAttention(3, 4, { rng: random(seed) }), { rng: random(seed), size: 2 }),
  RewardBaseline: () => new RewardBaseline(),
};

describe("PyTorch's state dicts have the parameters of attention as they are", () => {
  test.each(Object.entries(modules))("%s", async (_, make) => {
    const written = await saveTorch(make(1));
    const { tensors } = decodeSafetensors(written);
    const model = make(1);
    const named = [...model.namedParameters(), ...model.namedBuffers()];
    expect([...tensors.keys()].sort()).toEqual(named.map(([name]) => name).sort());
    for (const [name, parameter] of named) {
      expect(tensors.get(name)).toEqual({ dtype: "f32", shape: parameter.shape, data: await parameter.data() });
    }
    const other = make(2);
    await loadTorch(other, written);
    expect(await saveTorch(other)).toEqual(written);
  });
});

test("what does not fit is named", async () => {
  const written = await saveTorch(new AdditiveAttention(3, 4, { size: 2, bias: true }));
  await expect(loadTorch(new AdditiveAttention(3, 5, { size: 2 }), written)).rejects.toThrowErrorMatchingInlineSnapshot(
    `[StateDictError: loadTorch: the state dict does not fit AdditiveAttention. unexpected: "bias"; wrong: "keyWeight" should be f32 [2, 5] but is f32 [2, 4]. Build the model with the sizes and options of the one that was saved, or fill a module of it alone, by its prefix.]`,
  );
});

test("no Python is written for them", () => {
  const inputs = { x: { shape: ["batch", 5, 3] } } as const;
  expect(() => toPyTorch(new LearnedPositions(5, 3), { inputs })).toThrowErrorMatchingInlineSnapshot(
    `[UnsupportedError: toPyTorch: no Python is written for the model, a LearnedPositions. Build PyTorch's own module of that kind at the same path and load what saveTorch writes; its names fit there.]`,
  );
});
