import { DOUBLED } from "./cases/doubled";
import type { Report, Row } from "./report";
import { rowKey } from "./report";

/** One step of a scaling table: a size, and what doubling it to this cost. */
export interface Doubling {
  readonly dim: string;
  readonly row: Row;
  /** Time over that of half the size; null for the first. */
  readonly time: number | null;
  /** Operations over those of half the size. */
  readonly work: number | null;
}

/** What each doubling of T, B and H cost, beside how much the work grew. Empty where scaling was not measured. */
export function doublings({ rows }: Pick<Report, "rows">): Doubling[] {
  return DOUBLED.flatMap((dim) => {
    const own = rows.filter(({ name }) => name === `scaling-${dim}`);
    return own.map((row, index): Doubling => {
      const before = own[index - 1];
      if (!before) return { dim, row, time: null, work: null };
      return { dim, row, time: row.ms / before.ms, work: (row.gflops * row.ms) / (before.gflops * before.ms) };
    });
  });
}

/** What a batch that is padding by half costs, as a share of the full batch. */
export interface PaddingCost {
  readonly row: Row;
  readonly share: number;
}

/** The padded batches of a run beside the full ones. */
export function paddingCosts({ rows }: Pick<Report, "rows">): PaddingCost[] {
  const own = rows.filter(({ name }) => name.endsWith("-padding"));
  const full = new Map(
    own.filter(({ shape }) => shape.endsWith(" full")).map((row) => [`${row.name} ${row.pass}`, row]),
  );
  return own.flatMap((row) => {
    const whole = full.get(`${row.name} ${row.pass}`);
    return whole && rowKey(whole) !== rowKey(row) ? [{ row, share: row.ms / whole.ms }] : [];
  });
}
