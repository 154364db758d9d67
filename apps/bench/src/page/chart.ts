import { deviceLabel, guarded, isSoftware, SOFTWARE_LABEL } from "../label";
import type { Report } from "../report";
import { barGroups, METRICS, type Metric } from "./bars";
import { svgElement } from "./dom";

const LINE = 20;
const BAR = 12;
const GAP = 10;
/** Of the chart's width: the rest is for the figures. */
const LONGEST = 78;

/**
 * Bars one below the other, in percent of the width so that a narrow screen shows them whole. Its words name the device
 * of each run.
 */
export function barChart(now: Report, before: Report | null, metric: Metric): SVGSVGElement {
  const parts: SVGElement[] = [];
  let y = 0;
  const line = (text: string, className: string): void => {
    y += LINE;
    parts.push(svgElement("text", { x: 0, y: y - 5, class: className }, text));
  };
  line(METRICS[metric].title, "quiet");
  for (const [run, report] of [
    ["now", now],
    ["before", before],
  ] as const) {
    if (!report) continue;
    parts.push(svgElement("rect", { x: 0, y: y + 4, width: BAR, height: BAR, class: run }));
    y += LINE;
    parts.push(svgElement("text", { x: BAR + 6, y: y - 5, class: "quiet" }, nameOf(report)));
    if (isSoftware(report)) line(SOFTWARE_LABEL, "warning");
  }
  for (const { label, bars } of barGroups(now, before, metric)) {
    y += GAP;
    line(label, "");
    for (const { run, text, length } of bars) {
      parts.push(
        svgElement("rect", { x: 0, y, width: `${LONGEST}%`, height: BAR, class: "track" }),
        svgElement("rect", { x: 0, y, width: `${(LONGEST * length).toFixed(2)}%`, height: BAR, class: run }),
        svgElement("text", { x: `${LONGEST + 1.5}%`, y: y + BAR - 1, class: "quiet" }, text),
      );
      y += BAR + 3;
    }
  }
  const title = `${METRICS[metric].title} on ${deviceLabel(now)}${before ? ` and ${deviceLabel(before)}` : ""}`;
  const chart = svgElement(
    "svg",
    { class: "chart", role: "img", height: y + 4, "aria-label": title },
    svgElement("title", {}, title),
    ...parts,
  );
  guarded(now, chart.textContent ?? "");
  if (before) guarded(before, chart.textContent ?? "");
  return chart;
}

/** The device's name without the label, which has a line of its own. */
function nameOf({ device, date }: Report): string {
  return `${device.split(" · ")[0]}, ${date.slice(0, 10)}`;
}
