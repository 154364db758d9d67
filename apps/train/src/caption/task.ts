import { Random, randomScenes, SCENE_WORDS, type Scene } from "@unroll/data";
import { defineLearningTask } from "../learning/define-learning-task";
import { USUAL_SETTINGS } from "../training/settings";
import { describeCaptions, drawCaptions } from "./examples";
import type { CaptionFacts } from "./learner";
import { readScenes } from "./scene-files";

export const captionTask = defineLearningTask<Scene, CaptionFacts>({
  name: "caption",
  summary: "what is in a picture?",
  description:
    "What is in a picture? Scenes of one or two coloured shapes are drawn on a canvas, and a convolutional network and an " +
    'LSTM that attends to its cells learn to say what stands on the white paper and how it stands to the other: "a red ' +
    'circle above a blue square". Other scenes choose the weights to keep. The score is of scenes whose two kinds of ' +
    "objects were never seen together: exactMatch, and attendedOnObject, of the colours and shapes that were said how many " +
    "were looked at as they were; hard has the same of a decoder that looks at one cell at a time.",
  unit: "scenes",
  dataHelp: "Not taken: scenes are drawn.",
  evalHelp:
    'A file such as scenes.jsonl with a scene per line, {"objects": [{"shape", "colour", "size", "x", "y"}, …], "caption"}: ' +
    "pixels of 48 x 48, the first object on paper; the caption is made of the objects when absent. Or a folder of such",
  defaults: {
    ...USUAL_SETTINGS,
    cell: "lstm",
    hidden: 96,
    bidirectional: false,
    dropout: 0.1,
    labelSmoothing: 0,
    epochs: 8,
    patience: 8,
    batch: 16,
    lr: 0.003,
  },
  packaged({ seed }) {
    const seen = randomScenes(new Random(seed, 0), 16200);
    return {
      facts: { words: [...SCENE_WORDS] },
      train: seen.slice(200),
      dev: seen.slice(0, 200),
      test: randomScenes(new Random(seed, 1), 500, { combinations: "unseen" }),
    };
  },
  read: readScenes,
  fields: ({
    exactMatch = Number.NaN,
    attendedOnObject = Number.NaN,
    hardExactMatch = Number.NaN,
    hardAttendedOnObject = Number.NaN,
  }) => ({
    exactMatch,
    attendedOnObject,
    hard: { exactMatch: hardExactMatch, attendedOnObject: hardAttendedOnObject },
  }),
  describe: describeCaptions,
  draw: drawCaptions,
});
