import { ValueError } from "@unroll/kernels";
import { defineExperiment } from "../../../experiment/experiment";
import { Speller, spell, trainer } from "./model";
import { settings } from "./settings";

export const experiment = defineExperiment({
  settings,
  create({ word, hidden, lr }, { rng }) {
    const model = new Speller(word, hidden, rng);
    return {
      model,
      ...trainer(model, word, lr),
      /** The share of letters that come as they should when it spells from the first. */
      async score() {
        const spelled = await spell(model, word.charAt(0), word.length);
        return [...spelled].filter((letter, at) => at > 0 && letter === word[at]).length / (word.length - 1);
      },
      /** @returns the beginning, spelled on to the length of the word */
      ask(beginning: string) {
        const unknown = [...beginning].find((letter) => !model.letters.includes(letter));
        if (beginning === "" || unknown !== undefined) {
          throw new ValueError({
            where: "spelling",
            what: "the beginning",
            expected: `one or more of the letters ${model.letters.join(", ")}`,
            received: beginning === "" ? "nothing" : `“${unknown}”`,
          });
        }
        return spell(model, beginning, word.length);
      },
      exported: { inputs: { letters: { shape: ["batch", "time"], dtype: "i32" } } },
    };
  },
});
