import {
  padSequences,
  Random,
  randomScenes,
  SCENE_WORDS,
  type Scene,
  type SceneObject,
  scenePixels,
  Vocabulary,
  withEnds,
} from "@unroll/data";
import { type Tensor, tensor } from "@unroll/nn";
import { greedySearch, type PairBatch } from "@unroll/seq2seq";
import { disposeState } from "../../experiment/dispose-state";
import { defineExperiment } from "../../experiment/experiment";
import { Captioners, trainer } from "./model";
import { SCENES, SIDE, settings } from "./settings";

/** Another stream of the seed than that of the training data. */
const HELD_OUT = 1;
/** Scenes of a step. */
const BATCH = 24;
/** Words of "a red circle left of a blue square", and the end. */
const LONGEST = 9;

/** What is said of a scene. */
export interface Said {
  readonly words: readonly string[];
  /** [words + 1, rows·columns]: how much each cell counted for each word, the end last. */
  readonly weights: readonly number[];
}

/** What both kinds of attention make of a scene. */
export interface Captions {
  readonly objects: readonly SceneObject[];
  readonly grid: readonly [rows: number, columns: number];
  readonly soft: Said;
  /** Null where only soft attention learns. */
  readonly hard: Said | null;
}

export const experiment = defineExperiment({
  settings,
  async create({ attention, scenes: kind, cell, hidden, lr }, { seed, rng, random }) {
    const words = new Vocabulary(SCENE_WORDS, { start: true, end: true });
    const model = new Captioners(SIDE, cell, hidden, words, rng);
    const canvas = canvasOf();
    const held = randomScenes(new Random(seed, HELD_OUT), 48, SCENES[kind]);
    const imagesOf = (drawn: readonly Pick<Scene, "objects">[]): Tensor => {
      const pixels = Float32Array.from(scenePixels(canvas, drawn, { side: SIDE }), (value) => value / 127.5 - 1);
      return tensor(pixels, { shape: [drawn.length, SIDE, SIDE, 3] });
    };
    const batchOf = (drawn: readonly Scene[]) => {
      const ends = { startId: undefined, endId: words.endId };
      const target = padSequences(
        drawn.map(({ caption }) => withEnds(words.encode(caption.split(" ")), ends)),
        { length: LONGEST },
      );
      const pairs: PairBatch = {
        source: imagesOf(drawn),
        target: tensor(target.data, { shape: target.shape }),
        targetLengths: target.lengths,
      };
      const mean = target.lengths.reduce((sum, length) => sum + length, 0) / drawn.length;
      return { pairs, words: attention === "soft" ? null : mean };
    };
    /** What one of the two says of scenes. */
    const say = async (
      which: "soft" | "hard",
      drawn: readonly Pick<Scene, "objects">[],
      weights: boolean,
    ): Promise<Said[]> => {
      const captioner = model[which];
      const images = imagesOf(drawn);
      const state = captioner.start(which === "soft" ? images : model.features(images));
      const found = await greedySearch(captioner.step, state, {
        start: captioner.startId,
        end: captioner.endId,
        maxLength: LONGEST,
        weights,
      });
      disposeState(state);
      return found.map((best) => ({
        words: words.decode(best?.tokens ?? []),
        weights: Array.from(best?.weights?.data ?? []),
      }));
    };
    const describe = async (objects: readonly SceneObject[]): Promise<Captions> => {
      const scene = { objects: [...objects] };
      const [soft] = (await say("soft", [scene], true)) as [Said];
      const [hard = null] = attention === "soft" ? [] : await say("hard", [scene], true);
      return { objects, grid: model.grid, soft, hard };
    };
    const training = trainer(model, { lr, next: () => batchOf(randomScenes(random, BATCH, SCENES[kind])) });
    return {
      model,
      ...training,
      /** The share of scenes of which soft attention says the very caption. */
      async score() {
        const said = await say("soft", held, false);
        return held.filter(({ caption }, n) => said[n]?.words.join(" ") === caption).length / held.length;
      },
      ask: describe,
      picture: () => describe(held[0]?.objects ?? []),
      exported: {
        inputs: {
          images: { shape: ["batch", SIDE, SIDE, 3] },
          tokens: { shape: ["batch", "words"], dtype: "i32" },
        },
        forward: ({ images, tokens }) => {
          const said = model.said(images as Tensor, tokens as Tensor);
          return attention === "soft" ? said.soft : said;
        },
        to: ["onnx", "pytorchWeights"],
      },
    };
  },
});

function canvasOf(): OffscreenCanvasRenderingContext2D {
  // read back at once, so drawn without a GPU
  const context = new OffscreenCanvas(SIDE, SIDE).getContext("2d", { willReadFrequently: true });
  if (!context) throw new Error("This browser gave no canvas to draw on.");
  return context;
}
