import { errorRate, Random } from "@unroll/data";
import { ctcBeamSearch, ctcGreedy, ctcStates, evaluate, softmax, type Tensor, tensor } from "@unroll/nn";
import { defineExperiment } from "../../../experiment/experiment";
import { framesOf, SILENCE, type Sound } from "./frames";
import { examples, MorseEar, trainer } from "./model";
import { ALPHABETS, settings } from "./settings";

/** Streams of the seed, other than that of the training data. */
const [HELD_OUT, LOOKED_AT] = [1, 2];
/** Samples a second of what it learns from, and the seconds of a dot there. */
const SOUNDS = { sampleRate: 2000, dot: 0.06 };
/** Frames to a step of the network. */
const STRIDE = 2;
/** Sounds of any length are filled up with silence to a multiple of so many frames, so that few plans serve all. */
const MULTIPLE = 64;
const BEAM = { beamWidth: 16, nBest: 3 };

/** What the network says at each frame. */
export interface Said {
  /** Of a step, the blank before the letters. */
  readonly probabilities: readonly Float32Array[];
  /** The likeliest class of each step. */
  readonly path: readonly number[];
  /** The classes but for the blank: letters, and the space last. */
  readonly alphabet: string;
  /** The path without repeats and blanks. */
  readonly text: string;
}

/** What the decoders make of a sound. */
export interface Heard extends Said {
  /** How loud it is: see `framesOf`. */
  readonly frames: Float32Array;
  /** The likeliest texts, all paths of each counted, and their probabilities. */
  readonly beam: readonly { readonly text: string; readonly probability: number }[];
}

/** One sound of its own, and where the loss wants each letter to be. */
export interface Look extends Said {
  readonly frames: Float32Array;
  readonly sent: string;
  /** [steps, letters of what is sent]: the probability that a path that says the text is at that letter then. */
  readonly alignment: readonly Float32Array[];
}

/** Of examples of one row each the one with most letters: there is most to see in it. */
function longest(rows: readonly ReturnType<typeof examples>[]): ReturnType<typeof examples> {
  const lengthOf = ({ labels }: ReturnType<typeof examples>) => labels[0]?.length ?? 0;
  return rows.reduce((best, row) => (lengthOf(row) > lengthOf(best) ? row : best));
}

export const experiment = defineExperiment({
  settings,
  create({ letters, reads, hidden, dots, noise, lr }, { seed, rng, random }) {
    const alphabet = `${ALPHABETS[letters]} `;
    const model = new MorseEar({ letters: alphabet.length, hidden, reads, rng });
    const make = (from: Random, batchSize: number) =>
      examples(from, {
        ...{ ...SOUNDS, batchSize, noise, seconds: SOUNDS.dot * 2 * Math.ceil(dots / 2) },
        alphabet: `${alphabet}  `, // a space is drawn three times as often as a letter
      });
    const held = make(new Random(seed, HELD_OUT), 64);
    const looked = longest(Array.from({ length: 24 }, (_, row) => make(new Random(seed, LOOKED_AT + row), 1)));
    const textOf = (labels: readonly number[]) => labels.map((label) => alphabet.charAt(label - 1)).join("");

    /** What the network says of a row, up to its true length. */
    const said = async (logits: Tensor, steps: number): Promise<Said> => {
      const all = softmax(logits);
      const [values, [path]] = await Promise.all([all.data(), ctcGreedy(logits, { inputLengths: [steps] })]);
      all.dispose();
      const classes = 1 + alphabet.length;
      const probabilities = Array.from({ length: steps }, (_, t) =>
        Float32Array.from(values.subarray(t * classes, (t + 1) * classes)),
      );
      return {
        probabilities,
        path: probabilities.map((of) => of.indexOf(Math.max(...of))),
        alphabet,
        text: textOf(path?.labels ?? []),
      };
    };

    return {
      model,
      ...trainer(model, lr, () => make(random, 32)),
      /** 1 less the share of letters that are wrong, left out or put in. */
      async score() {
        const logits = model.forward(held.x);
        const paths = await ctcGreedy(logits);
        logits.dispose();
        const texts = paths.map(({ labels }) => [...textOf(labels)]);
        return Math.max(
          0,
          1 -
            errorRate(
              held.texts.map((text) => [...text]),
              texts,
            ),
        );
      },
      async ask(sound: Sound): Promise<Heard> {
        const frames = framesOf(sound);
        const length = MULTIPLE * Math.ceil(frames.length / MULTIPLE);
        const x = new Float32Array(length).fill(SILENCE);
        x.set(frames);
        const logits = model.forward(tensor(x, { shape: [1, length, 1] }));
        const steps = Math.ceil(frames.length / STRIDE);
        const words = await said(logits, steps);
        const [found = []] = await ctcBeamSearch(logits, { inputLengths: [steps], ...BEAM });
        logits.dispose();
        const beam = found.map(({ labels, logProbability }) => ({
          text: textOf(labels),
          probability: Math.exp(logProbability),
        }));
        return { ...words, beam, frames };
      },
      async picture(): Promise<Look> {
        const logits = model.forward(looked.x);
        const { posterior } = ctcStates(logits, looked.labels);
        await evaluate([logits, posterior]);
        const steps = logits.shape[1] ?? 0;
        const [words, states, frames] = await Promise.all([said(logits, steps), posterior.data(), looked.x.data()]);
        logits.dispose();
        posterior.dispose();
        const sent = looked.texts[0] ?? "";
        const width = states.length / steps;
        // of the states blank, l₁, blank, l₂, … those of letters
        const alignment = Array.from({ length: steps }, (_, t) =>
          Float32Array.from(sent, (_, at) => states[t * width + 2 * at + 1] ?? 0),
        );
        return { ...words, sent, alignment, frames: Float32Array.from(frames) };
      },
      dispose() {
        held.x.dispose();
        looked.x.dispose();
      },
      // two frames make a step, so a file is for sounds of one length
      exported: { inputs: { x: { shape: ["batch", held.x.shape[1] ?? 0, 1] } } },
    };
  },
});
