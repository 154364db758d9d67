import { type Comparison, compareReports, mergeReports } from "../compare";
import { formatMs } from "../format";
import { deviceLabel, guarded, isSoftware } from "../label";
import type { Report } from "../report";
import { align } from "./table";

/** A comparison for the terminal, the slowest first. */
export function formatComparison(now: Report, before: Report, threshold: number): string {
  const found = compareReports(now, before, threshold).sort((a, b) => b.ratio - a.ratio);
  const count = (verdict: Comparison["verdict"]): number => found.filter((one) => one.verdict === verdict).length;
  const rows = found.map(({ now: row, before: old, ratio, low, high, verdict }) => [
    verdict === "same" ? "" : verdict,
    row.name,
    row.shape,
    row.pass,
    formatMs(row.ms),
    formatMs(old.ms),
    `${ratio.toFixed(2)}x`,
    `${low.toFixed(2)}..${high.toFixed(2)}`,
  ]);
  const title = ["", "name", "shape", "pass", "ms", "before", "ratio", "95 %"];
  const sides = ["left", "left", "left", "left", "right", "right", "right", "right"] as const;
  const isOther = deviceLabel(now) !== deviceLabel(before);
  const lines = [
    `compared with ${deviceLabel(before)}, ${before.date}`,
    ...(isOther ? [`this run is on ${deviceLabel(now)}: the ratios are of devices as well`] : []),
    ...align([title, ...rows], sides),
    `${count("slower")} slower, ${count("faster")} faster, ${count("same")} neither, beyond a ratio of ${threshold}`,
  ];
  const text = lines.join("\n");
  return guarded(isSoftware(now) ? now : before, text);
}

/** Whether a row became slower. */
export function hasSlower(now: Report, before: Report, threshold: number): boolean {
  return compareReports(now, before, threshold).some(({ verdict }) => verdict === "slower");
}

/** Runs of two builds in turns, A B B A …, so that what drifts on the machine falls on both. */
export async function measureInTurns(
  ours: () => Promise<Report>,
  theirs: () => Promise<Report>,
  rounds: number,
): Promise<{ now: Report; before: Report }> {
  const now: Report[] = [];
  const before: Report[] = [];
  for (let round = 0; round < rounds; round++) {
    const turns = [async () => void now.push(await ours()), async () => void before.push(await theirs())];
    for (const turn of round % 2 === 0 ? turns : turns.reverse()) await turn();
  }
  return { now: mergeReports(now as [Report]), before: mergeReports(before as [Report]) };
}
