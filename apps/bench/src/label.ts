import { UnlabelledError } from "./errors";

/** What every output says of a run in which no GPU did the work. */
export const SOFTWARE_LABEL = "SOFTWARE ADAPTER";

/** Drivers that are programs, by the names that they go by. */
const SOFTWARE_NAMES = /swiftshader|llvmpipe|lavapipe|basic render driver|software/i;

type Labelled = { readonly device: string; readonly software: boolean };

/** Whether no GPU did the work: as the run says, or as its device's name gives away. */
export function isSoftware({ device, software }: Labelled): boolean {
  return software || SOFTWARE_NAMES.test(device);
}

/** How a device is called wherever its numbers are shown. */
export function deviceLabel(of: Labelled): string {
  if (!isSoftware(of) || of.device.includes(SOFTWARE_LABEL)) return of.device;
  return `${of.device} · ${SOFTWARE_LABEL}: these times say nothing about a GPU`;
}

/** What is put beside a single number of a run: nothing where a GPU did the work. */
export function softwareTag(of: Labelled): string {
  return isSoftware(of) ? ` (${SOFTWARE_LABEL})` : "";
}

/**
 * The one way out for anything that shows a run's numbers: table, JSON, page, chart.
 * @returns `output` as it is
 * @throws UnlabelledError if the run was on a software adapter and `output` does not say so
 */
export function guarded(of: Labelled, output: string): string {
  if (!isSoftware(of) || output.includes(SOFTWARE_LABEL)) return output;
  throw new UnlabelledError(
    `What shows numbers of ${of.device} should say "${SOFTWARE_LABEL}" but does not: ${output.slice(0, 80)}`,
  );
}
