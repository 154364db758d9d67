import { plainName } from "@unroll/data";
import { ValueError } from "@unroll/kernels";
import type { Tensor } from "@unroll/nn";
import { defineExperiment } from "../../../experiment/experiment";
import type { Confusion } from "../../../ui/confusion-matrix";
import { readLists } from "./lists";
import { LONGEST, makeModel, spell, trainer } from "./model";
import { settings } from "./settings";

/** What a beginning of a name could be, the likeliest first. */
export interface Guess {
  readonly read: string;
  readonly top: readonly { readonly language: string; readonly p: number }[];
}

export const experiment = defineExperiment({
  settings,
  async create({ languages: group, direction, lr, ...cell }, { rng, random }) {
    const { languages, train, held } = await readLists(group);
    const options = { ...cell, direction: direction === "forward" ? "forward" : "bidirectional" } as const;
    const model = makeModel(languages.length, options, rng);
    const { optimizer, step } = trainer(model, train, { lr, random });
    const asked = held.flatMap((names, truth) => names.map((name) => ({ name, truth })));

    const confuse = async (): Promise<Confusion> => {
      const { x, lengths } = spell(asked.map(({ name }) => name));
      const said = await model.predict(x, { lengths });
      const counts = languages.map(() => languages.map(() => 0));
      for (const [at, { truth }] of asked.entries()) {
        const row = counts[truth];
        const column = said[at] ?? 0;
        if (row) row[column] = (row[column] ?? 0) + 1;
      }
      return { classes: languages, counts };
    };
    /** Score and picture are of the same answers, given once between two bursts of steps. */
    let confusion: Promise<Confusion> | null = null;
    const confused = (): Promise<Confusion> => {
      confusion ??= confuse();
      return confusion;
    };

    return {
      model,
      optimizer,
      step() {
        confusion = null;
        return step();
      },
      /** The share of held-out names whose language it says. */
      async score() {
        const { counts } = await confused();
        return counts.reduce((sum, row, truth) => sum + (row[truth] ?? 0), 0) / asked.length;
      },
      picture: confused,
      /** @returns what it makes of the name's beginnings, the whole name last */
      async ask(typed: string): Promise<Guess[]> {
        const name = plainName(typed)?.toLowerCase().slice(0, LONGEST);
        if (name === undefined) {
          throw new ValueError({
            where: "names",
            what: "the name",
            expected: "letters that Latin ones stand for",
            received: `“${typed}”`,
          });
        }
        // as many rows for every name, so that one plan serves them all
        const beginnings = Array.from({ length: LONGEST }, (_, at) => name.slice(0, at + 1));
        const { x, lengths } = spell(beginnings);
        const probabilities = await model.probabilities(x, { lengths });
        return beginnings.slice(0, name.length).map((read, at) => {
          const scored = Array.from(probabilities[at] ?? [], (p, language) => ({
            language: languages[language] ?? "",
            p,
          }));
          return { read, top: scored.sort((a, b) => b.p - a.p).slice(0, 3) };
        });
      },
      exported: {
        inputs: { letters: { shape: ["batch", "time"], dtype: "i32" }, lengths: { shape: ["batch"], dtype: "u32" } },
        forward: ({ letters, lengths }) => model.forward(letters as Tensor, { lengths: lengths as Tensor }),
      },
    };
  },
});
