import { type Tensor, zeros } from "@unroll/nn";
import { beamSearch } from "@unroll/seq2seq";
import type { Case, Target } from "../measure/target";
import { DecoderModel } from "../models/decoder-model";
import { shapeText } from "./shape";
import { linearWork, recurrentWork, sumOfWork } from "./work";

type Size = Record<"B" | "K" | "V" | "H" | "T", number>;

/** Beam search for a batch of sources, and the same rows each searched for by itself, as a loop over sources and beams does. */
export function searchCases(): Case[] {
  const size = { B: 16, K: 5, V: 1000, H: 128, T: 23 };
  return [searchCase("beam-search", size, false), searchCase("beam-search-alone", size, true)];
}

function searchCase(name: string, size: Size, isAlone: boolean): Case {
  const { B, K, V, H, T } = size;
  const rows = B * K;
  const step = sumOfWork(recurrentWork({ B: rows, T: 1, I: H, H, L: 1, D: 1, G: 3 }), linearWork(rows, H, V));
  return {
    name,
    shape: shapeText({ B, K, V, H, T }),
    pass: "forward",
    work: { flops: (T + 1) * step.flops, bytes: (T + 1) * step.bytes }, // the end is a step too
    async prepare() {
      const model = new DecoderModel({ V, H });
      if (!isAlone) return target(() => search(model, size, B, K));
      return target(async () => {
        for (let row = 0; row < rows; row++) await search(model, size, 1, 1);
      });
    },
  };
}

/** Sequences of exactly T tokens, so that every search takes as many steps. */
async function search(model: DecoderModel, { H, T }: Size, sources: number, beam: number): Promise<void> {
  const state: Tensor = zeros([sources, H]);
  await beamSearch(model.step, state, { start: 0, end: 1, maxLength: T, minLength: T, beam });
}

/** Searches wait for what they found, each for itself. */
const target = (run: () => Promise<void>): Target => ({
  async submit(calls) {
    for (let call = 0; call < calls; call++) await run();
  },
});
