import { ValueError } from "@unroll/kernels";
import type { Plateau } from "../optim/plateau";

/** What tells which weights are best. */
export interface Monitor {
  /** One of those that `evaluate` gives, or the `loss` of training. */
  metric: string;
  /** Whether more or less of it is better. */
  better: "higher" | "lower";
}

/** What `train` does by the monitor. */
interface Monitored {
  readonly monitor?: Monitor;
  readonly patience?: number;
  readonly plateau?: Plateau;
}

/** @throws ValueError unless a monitor says which way is better, the plateau says the same, and what needs one has it */
export function expectMonitor({ monitor, patience, plateau }: Monitored): void {
  if (monitor && monitor.better !== "higher" && monitor.better !== "lower") {
    const received = String(monitor.better);
    throw new ValueError({ where: "train", what: "monitor.better", expected: "higher or lower", received });
  }
  if (plateau && !monitor) {
    throw new ValueError({
      where: "train",
      what: "plateau",
      expected: "given beside a monitor",
      received: "given without one",
      remedy: "Say with monitor which metric it is to be told.",
    });
  }
  if (plateau && plateau.better !== monitor?.better) {
    throw new ValueError({
      where: "train",
      what: "plateau",
      expected: `for a metric of which ${monitor?.better} is better, as monitor says`,
      received: `for one of which ${plateau.better} is`,
      remedy: `Make it with plateau({ better: "${monitor?.better}", ... }).`,
    });
  }
  if (patience !== undefined && !(monitor && patience > 0)) {
    throw new ValueError({
      where: "train",
      what: "patience",
      expected: "at least 1, beside a monitor",
      received: monitor ? String(patience) : "given without one",
      remedy: "Say with monitor which metric tells whether an epoch is better.",
    });
  }
}
