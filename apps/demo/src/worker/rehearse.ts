import { Random } from "@unroll/data";
import type { Device } from "@unroll/kernels";
import { random } from "@unroll/nn";
import type { Experiment } from "../experiment/experiment";
import type { Values } from "../experiment/settings";
import { freeRun } from "./free-run";

/** By device and experiment: the settings of which a step was taken. */
const rehearsed = new WeakMap<Device, Map<Experiment, Set<string>>>();

/**
 * Takes a step of a run that is then thrown away, once for all settings on a device: drivers compile a kernel when it is first
 * dispatched, some for seconds, and who presses start is to see at once that something is learned.
 */
export async function rehearse(device: Device, experiment: Experiment, values: Values): Promise<void> {
  const { seed: _, ...shaping } = values;
  const key = JSON.stringify(shaping);
  const done = setOf(device, experiment);
  if (done.has(key)) return;
  const run = await experiment.create(values, { seed: 0, rng: random(0), random: new Random(0) });
  try {
    run.model.train();
    const loss = await run.step();
    await loss.item();
    loss.dispose();
    done.add(key);
  } finally {
    freeRun(run, device);
  }
}

function setOf(device: Device, experiment: Experiment): Set<string> {
  const experiments = rehearsed.get(device) ?? new Map<Experiment, Set<string>>();
  rehearsed.set(device, experiments);
  const settings = experiments.get(experiment) ?? new Set<string>();
  experiments.set(experiment, settings);
  return settings;
}
