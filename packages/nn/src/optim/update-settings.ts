import { expectAtLeast } from "../ops/options";
import { type Scalar, scalar } from "../tensor/scalar";
import type { Tensor } from "../tensor/tensor";
import { type ClippingUnits, type ClipScope, clippingUnits } from "./clipping-units";
import type { FlatParameters } from "./flat-parameters";
import type { OptimizerGroup } from "./groups";
import type { Schedule } from "./schedule";
import { type GroupNumbers, SettingsTable } from "./settings-table";

interface Given {
  readonly weightDecay: number;
  readonly clipNorm: number;
  readonly clipScope: ClipScope;
  readonly clipValue: number;
}

/** Rates, decay and clipping of an optimizer and its groups, as they are at each update. */
export class UpdateSettings {
  /** Where a group has none of its own. */
  lr: number | Schedule;
  /** What is told of each parameter, where not all are alike: a table for each segment, else none. */
  readonly tables: readonly SettingsTable[];
  readonly units: ClippingUnits;
  readonly #where: string;
  readonly #groups: readonly OptimizerGroup[];
  readonly #given: Given;

  constructor(
    where: string,
    {
      flat,
      groups,
      needsTable = false,
    }: { flat: FlatParameters; groups: readonly OptimizerGroup[]; needsTable?: boolean },
    { lr, ...given }: Given & { readonly lr: number | Schedule },
  ) {
    this.lr = lr;
    this.#where = where;
    this.#groups = groups;
    this.#given = given;
    this.units = clippingUnits(groups, given.clipScope);
    const isAlike = groups.length === 1 && given.clipScope === "all";
    this.tables = isAlike && !needsTable ? [] : flat.segments.map((segment) => new SettingsTable(segment, this.units));
  }

  /** The optimizer's own rate for the update after `updates` of them. */
  rate(updates: number): number {
    return rateOf(this.lr, updates);
  }

  /** The optimizer's own schedule and each group's; null for one that has none. */
  schedules(): (Schedule | null)[] {
    return [this.lr, ...this.#groups.map(({ lr }) => lr)].map((lr) => (typeof lr === "function" ? lr : null));
  }

  /**
   * The numbers of update t, from 1 on; those of each parameter go into the tables.
   * @param become what the rule makes of a rate
   * @throws ValueError if one is negative or not finite
   */
  numbers(t: number, become: (lr: number, t: number) => number): Record<string, Scalar> {
    const numbers = this.#groups.map((group): GroupNumbers => {
      const lr = rateOf(group.lr ?? this.lr, t - 1);
      const { weightDecay = this.#given.weightDecay, clipNorm = this.#given.clipNorm } = group;
      expectAtLeast(this.#where, { lr, weightDecay, clipNorm });
      return { lr: become(lr, t), weightDecay, clipNorm };
    });
    for (const table of this.tables) table.write(numbers);
    const [{ lr, weightDecay }] = numbers as [GroupNumbers];
    const { clipNorm, clipScope, clipValue } = this.#given;
    return {
      lr: scalar(lr),
      weightDecay: scalar(weightDecay),
      clipNorm: scalar(clipScope === "all" ? clipNorm : 0),
      clipValue: scalar(clipValue),
    };
  }

  /** Host tensors that the calls of an update read. */
  tensors(): Tensor[] {
    return this.tables.flatMap(({ settings, units }) => (units ? [settings, units] : [settings]));
  }
}

const rateOf = (lr: number | Schedule, updates: number): number => (typeof lr === "number" ? lr : lr(updates));
