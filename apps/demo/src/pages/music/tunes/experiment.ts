import { type MelodySeed, melodyVerdicts } from "@unroll/data";
import { defineExperiment } from "../../../experiment/experiment";
import { compose, makeComposer, trainer } from "./model";
import { keysOf, SEED_SIZE, STYLES } from "./seeds";
import { settings } from "./settings";

/** A tune, and which of its tokens keep the rules. */
export interface Tune {
  readonly seed: MelodySeed;
  readonly tokens: readonly number[];
  readonly verdicts: readonly boolean[];
}

export interface Wish {
  readonly seed: MelodySeed;
  readonly temperature: number;
  /** The same draw makes the same tune, as long as the model is the same. */
  readonly draw: number;
}

export const experiment = defineExperiment({
  settings,
  create({ cell, hidden, layers, keys: tonics, lr }, { seed, rng, random }) {
    const keys = keysOf(tonics);
    const model = makeComposer({ cell, hidden, layers, rng });
    /** Every key in a style of its own turn. */
    const asked = keys.map((key, at): MelodySeed => ({ key, style: STYLES[at % STYLES.length] ?? "song" }));
    return {
      model,
      ...trainer(model, { lr, keys, random }),
      /** The share of tokens that keep the rules, in a tune of each key. */
      async score() {
        const tunes = await compose(model, asked, { temperature: 1, seed });
        const verdicts = tunes.flatMap((tokens, row) => melodyVerdicts(tokens, (asked[row] as MelodySeed).key));
        return verdicts.filter(Boolean).length / verdicts.length;
      },
      async ask({ seed: wanted, temperature, draw }: Wish): Promise<Tune> {
        const [tokens = []] = await compose(model, [wanted], { temperature, seed: draw });
        return { seed: wanted, tokens, verdicts: melodyVerdicts(tokens, wanted.key) };
      },
      /** The same seed and the same draw each time. */
      async picture(): Promise<Tune> {
        const wanted: MelodySeed = { key: { tonic: 0, mode: "major" }, style: "song" };
        const [tokens = []] = await compose(model, [wanted], { temperature: 1, seed });
        return { seed: wanted, tokens, verdicts: melodyVerdicts(tokens, wanted.key) };
      },
      // what it says where the tokens before are given: of a file, drawing is up to who runs it
      exported: {
        inputs: { x: { shape: [1, SEED_SIZE] }, y: { shape: [1, "time"], dtype: "u32" } },
      },
    };
  },
});
