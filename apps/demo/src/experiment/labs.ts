import type { Experiment } from "./experiment";

/** Every experiment by the path of its folder under pages/, such as "memory/sum": loaded when its page is opened. */
const modules = import.meta.glob<{ readonly experiment: Experiment }>("../pages/**/experiment.ts");

/** @throws Error if no page has such an experiment */
export async function loadExperiment(lab: string): Promise<Experiment> {
  const load = modules[`../pages/${lab}/experiment.ts`];
  if (!load) throw new Error(`pages/${lab}/experiment.ts is not there.`);
  return (await load()).experiment;
}
