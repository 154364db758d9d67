import type { Plateau } from "../optim/plateau";
import { refuse } from "./refuse";

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
    refuse("monitor.better", "higher or lower", received);
  }
  if (plateau && !monitor) {
    refuse("plateau", "given beside a monitor", "given without one", "Say with monitor which metric it is to be told.");
  }
  if (plateau && plateau.better !== monitor?.better) {
    refuse(
      "plateau",
      `for a metric of which ${monitor?.better} is better, as monitor says`,
      `for one of which ${plateau.better} is`,
      `Make it with plateau({ better: "${monitor?.better}", ... }).`,
    );
  }
  if (patience !== undefined && !(monitor && patience > 0)) {
    refuse(
      "patience",
      "at least 1, beside a monitor",
      monitor ? String(patience) : "given without one",
      "Say with monitor which metric tells whether an epoch is better.",
    );
  }
}
