import type { Case } from "../measure/target";
import { kernelCases } from "./kernels";
import { layerCases } from "./layers";
import { modelCases } from "./models";
import { scalingCases } from "./scaling";
import { searchCases } from "./search";

/** Groups of cases, as a user picks them. */
export const FAMILIES = {
  kernels: { title: "Kernels", of: kernelCases },
  layers: { title: "Layers", of: layerCases },
  models: { title: "Training steps of models", of: modelCases },
  search: { title: "Search for sequences", of: searchCases },
  scaling: { title: "An LSTM's training step at doubling sizes", of: scalingCases },
} as const;

export type Family = keyof typeof FAMILIES;

export const familyNames = Object.keys(FAMILIES) as Family[];

export interface Selection {
  /** All when empty. */
  readonly families?: readonly Family[];
  /** Regular expression that is looked for in the name, in either case; everything but what takes minutes when absent. */
  readonly filter?: string | undefined;
  /** Only the first case of each name and pass: the smallest. */
  readonly quick?: boolean;
}

/** The cases of a selection, in the order in which they are measured. */
export function selectCases({ families = familyNames, filter, quick = false }: Selection): Case[] {
  const pattern = filter === undefined ? undefined : new RegExp(filter, "i");
  const chosen = (families.length > 0 ? families : familyNames).flatMap((family) => FAMILIES[family].of());
  const isNamedFamily = families.length > 0 && families.length < familyNames.length;
  const wanted = chosen.filter((one) => (pattern ? pattern.test(one.name) : isNamedFamily || !one.onRequest));
  if (!quick) return wanted;
  const seen = new Set<string>();
  return wanted.filter(({ name, pass }) => {
    const key = `${name} ${pass}`;
    return !seen.has(key) && seen.add(key);
  });
}
