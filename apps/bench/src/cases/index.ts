import type { Case } from "../measure/target";

/** Groups of cases, as a user picks them. A page fetches the code of those that are measured. */
export const FAMILIES = {
  kernels: { title: "Kernels", of: async () => (await import("./kernels")).kernelCases() },
  layers: { title: "Layers", of: async () => (await import("./layers")).layerCases() },
  models: { title: "Training steps of models", of: async () => (await import("./models")).modelCases() },
  search: { title: "Search for sequences", of: async () => (await import("./search")).searchCases() },
  scaling: {
    title: "An LSTM's training step at doubling sizes",
    of: async () => (await import("./scaling")).scalingCases(),
  },
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
export async function selectCases({ families = familyNames, filter, quick = false }: Selection): Promise<Case[]> {
  const pattern = filter === undefined ? undefined : new RegExp(filter, "i");
  const groups = (families.length > 0 ? families : familyNames).map((family): Promise<Case[]> => FAMILIES[family].of());
  const chosen = (await Promise.all(groups)).flat();
  const isNamedFamily = families.length > 0 && families.length < familyNames.length;
  const wanted = chosen.filter((one) => (pattern ? pattern.test(one.name) : isNamedFamily || !one.onRequest));
  if (!quick) return wanted;
  const seen = new Set<string>();
  return wanted.filter(({ name, pass }) => {
    const key = `${name} ${pass}`;
    return !seen.has(key) && seen.add(key);
  });
}
