import type { Case } from "../measure/target";
import { DOUBLED } from "./doubled";
import { recurrentCases } from "./recurrent";

type Sizes = Record<"B" | "T" | "H", number>;

const BASE: Sizes = { B: 4, T: 64, H: 64 };
const MOST: Sizes = { B: 256, T: 4096, H: 2048 };

/** Training steps of an LSTM at sizes that double one at a time, from a small one on. */
export function scalingCases(): Case[] {
  return DOUBLED.flatMap((dim) => {
    const cases: Case[] = [];
    for (let extent = BASE[dim]; extent <= MOST[dim]; extent *= 2) {
      const { B, T, H }: Sizes = { ...BASE, [dim]: extent };
      cases.push(...recurrentCases({ cell: "LSTM", name: `scaling-${dim}`, B, T, I: H, H, onRequest: true }, ["step"]));
    }
    return cases;
  });
}
