import { expectAtLeast } from "../ops/options";
import { refuseValue } from "../tensor/kind";
import { expectKnown } from "../tensor/known-options";
import { expectSteps, type Schedule } from "./schedule";

export interface PlateauOptions {
  lr: number;
  /** What the rate is multiplied by; 0.1 by default. */
  factor?: number;
  /** Observations without a better one that are let pass; 10 by default. */
  patience?: number;
  /** Which metric is the better one; `lower` by default. */
  better?: "lower" | "higher";
  /** By what share of the best a metric has to be better than it; 1e-4 by default. */
  threshold?: number;
  /** Observations after a fall that do not count; 0 by default. */
  cooldown?: number;
  /** The rate falls no lower; 0 by default. */
  least?: number;
}

/** A learning rate that falls when a metric stops getting better; tell it the metric with `observe`. */
export interface Plateau extends Schedule {
  readonly better: "lower" | "higher";
  /** A metric, after each epoch say. @returns whether the rate fell */
  observe(metric: number): boolean;
  state: Readonly<Record<"lr" | "best" | "bad" | "resting" | "seen", number>>;
}

/**
 * The rate is multiplied by `factor` when a metric has not been better for more than `patience` observations, as PyTorch's
 * `ReduceLROnPlateau` has it. A metric that is not a number is never better.
 * @throws ValueError if an option is out of range
 */
export function plateau(options: PlateauOptions): Plateau {
  // biome-ignore format: a list of words
  expectKnown("plateau", options, ["lr", "factor", "patience", "better", "threshold", "cooldown", "least"]);
  const { lr, factor = 0.1, patience = 10, better = "lower", threshold = 1e-4, cooldown = 0, least = 0 } = options;
  expectAtLeast("plateau", { lr, threshold, least });
  expectSteps("plateau", { patience, cooldown }, 0);
  if (!(factor >= 0 && factor < 1)) {
    refuseValue("plateau", { factor }, "at least 0 and less than 1");
  }
  if (better !== "lower" && better !== "higher") {
    refuseValue("plateau", { better }, "lower or higher");
  }
  let state = { lr, best: 0, bad: 0, resting: 0, seen: 0 };
  const isBetter = (metric: number): boolean => {
    if (Number.isNaN(metric)) return false;
    if (state.seen === 0) return true;
    return better === "lower" ? metric < state.best * (1 - threshold) : metric > state.best * (1 + threshold);
  };
  const observe = (metric: number): boolean => {
    const improved = isBetter(metric);
    const bad = state.resting > 0 || improved ? 0 : state.bad + 1;
    const resting = Math.max(0, state.resting - 1);
    const isOver = bad > patience;
    const before = state.lr;
    state = {
      lr: isOver ? Math.min(before, Math.max(least, before * factor)) : before,
      best: improved ? metric : state.best,
      bad: isOver ? 0 : bad,
      resting: isOver ? cooldown : resting,
      seen: state.seen + (improved ? 1 : 0),
    };
    return state.lr < before;
  };
  const made: Plateau = Object.assign(() => state.lr, { better, observe, state });
  Object.defineProperty(made, "state", {
    get: () => ({ ...state }),
    set: (saved: typeof state) => {
      state = { ...state, ...saved };
    },
  });
  return made;
}
