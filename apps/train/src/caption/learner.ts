import { type Scene, Vocabulary } from "@unroll/data";
import { tensor } from "@unroll/nn";
import { type Captioner, greedySearch } from "@unroll/seq2seq";
import type { MakeLearner } from "../learning/learner";
import { attendedOn, type Said } from "./attended";
import { pictureOf } from "./draw-scene";
import type { CaptionDetail } from "./examples";
import { SceneCaptioner } from "./model";
import { type SceneBatch, scenePart } from "./scene-part";

/** What the model must know of its data: the words of captions. */
export type CaptionFacts = { words: string[] };

/** Words that are made at most. */
const LONGEST = 20;
/** Scenes that are shown, with where the model looked. */
const SHOWN = 4;

/** What is in a picture? */
export const captionLearner: MakeLearner<Scene, CaptionFacts, SceneBatch> = (facts, settings, rng) => {
  const words = new Vocabulary(facts.words, { start: true, end: true });
  const model = new SceneCaptioner(words, settings, rng);

  const captionedOf = ({ images, shape, target, lengths }: SceneBatch) => {
    const [B] = shape;
    return { images: tensor(images, { shape }), target: tensor(target, { shape: [B, target.length / B] }), lengths };
  };

  /** What one of the two says of each scene of a batch. */
  const sayOf = async ({ images, shape }: SceneBatch, which: "soft" | "hard"): Promise<Said[]> => {
    const captioner: Captioner = model[which];
    const source = tensor(images, { shape });
    const state = captioner.start(which === "soft" ? source : model.features(source));
    const { startId: start, endId: end, step } = captioner;
    const found = await greedySearch(step, state, { start, end, maxLength: LONGEST, weights: true });
    return found.map((best) => ({ words: words.decode(best?.tokens ?? []), weights: best?.weights?.data ?? [] }));
  };

  return {
    model,
    monitor: { metric: "loss", better: "lower" },
    part: (scenes) => scenePart(scenes, words, settings.batch),
    loss: (batch) => model.loss(captionedOf(batch)),

    async score(part, onScored) {
      let [total, count, scenes] = [0, 0, 0];
      const tallies = { soft: { right: 0, names: 0, on: 0 }, hard: { right: 0, names: 0, on: 0 } };
      for (const batch of part.batches()) {
        const loss = model.softLoss(captionedOf(batch));
        const symbols = batch.lengths.reduce((sum, length) => sum + length, 0);
        total += symbols * (await loss.item());
        count += symbols;
        loss.dispose();
        for (const which of ["soft", "hard"] as const) {
          const tally = tallies[which];
          for (const [n, said] of (await sayOf(batch, which)).entries()) {
            const scene = batch.scenes[n] as Scene;
            if (said.words.join(" ") === scene.caption) tally.right++;
            const { names, on } = attendedOn(scene, said, model.grid);
            tally.names += names;
            tally.on += on;
          }
        }
        scenes += batch.scenes.length;
        onScored?.(scenes);
      }
      const { soft, hard } = tallies;
      return {
        loss: total / count,
        accuracy: soft.right / scenes,
        exactMatch: soft.right / scenes,
        attendedOnObject: shareOf(soft),
        hardExactMatch: hard.right / scenes,
        hardAttendedOnObject: shareOf(hard),
      };
    },

    async detail(part): Promise<CaptionDetail> {
      const longest = [...part.batches()].at(-1);
      if (!longest) return [];
      const [soft, hard] = [await sayOf(longest, "soft"), await sayOf(longest, "hard")];
      const shown = longest.scenes.slice(0, SHOWN).map(async (scene, n) => ({
        caption: scene.caption,
        picture: await pictureOf(scene),
        grid: [...model.grid],
        said: [soft[n], hard[n]].map((each) => ({
          words: [...(each?.words ?? [])],
          weights: Array.from(each?.weights ?? [], (weight) => Number(weight.toFixed(4))),
        })),
      }));
      return Promise.all(shown);
    },
  };
};

/** What names nothing looked at no object. */
function shareOf({ on, names }: { readonly on: number; readonly names: number }): number {
  return names === 0 ? 0 : on / names;
}
