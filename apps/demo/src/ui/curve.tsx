import { useSignalEffect } from "@preact/signals";
import { useEffect, useRef, useState } from "preact/hooks";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { lab } from "../client/lab";
import { formatNumber } from "./format";
import type { ScoreName } from "./score";

/** Loss and score over steps, as they come. */
export function Curve({ score }: { readonly score: ScoreName }) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const isDark = useDarkScreen();

  useEffect(() => {
    const node = place.current;
    if (!node) return;
    plot.current = new uPlot(optionsOf(node, score), dataOf(), node);
    const observer = new ResizeObserver(() => plot.current?.setSize(sizeOf(node)));
    observer.observe(node);
    return () => {
      observer.disconnect();
      plot.current?.destroy();
      plot.current = null;
    };
  }, [score, isDark]);
  useSignalEffect(() => {
    plot.current?.setData(dataOf());
  });

  return (
    <figure class="curve">
      <div ref={place} aria-hidden="true" />
      <figcaption>
        <span class="key loss">loss</span> <span class="key score">{score.name}</span> over training steps
      </figcaption>
    </figure>
  );
}

function dataOf(): uPlot.AlignedData {
  const points = lab.history.value;
  let last: number | null = null;
  // a score is measured now and then, and stands until the next
  const scores = points.map(({ score }) => {
    last = score ?? last;
    return last;
  });
  return [points.map(({ step }) => step), points.map(({ loss }) => loss), scores];
}

function sizeOf(node: HTMLElement): { width: number; height: number } {
  return { width: node.clientWidth, height: 240 };
}

function optionsOf(node: HTMLElement, score: ScoreName): uPlot.Options {
  const colour = (name: string): string => getComputedStyle(node).getPropertyValue(name).trim();
  const [loss, measured, ink, line] = ["loss", "score", "muted", "line"].map((name) =>
    resolved(node, colour(`--${name}`)),
  );
  const axis = { stroke: ink ?? "", grid: { stroke: line ?? "", width: 1 }, ticks: { stroke: line ?? "", width: 1 } };
  return {
    ...sizeOf(node),
    legend: { show: false },
    cursor: { show: false },
    scales: { x: { time: false }, score: { range: score.range ? [...score.range] : null } as uPlot.Scale },
    series: [
      {},
      { label: "loss", stroke: loss ?? "", width: 2, points: { show: false } },
      { label: score.name, stroke: measured ?? "", width: 2, scale: "score", points: { show: false } },
    ],
    axes: [
      axis,
      { ...axis, size: 56, values: (_, ticks) => ticks.map(formatNumber) },
      {
        ...axis,
        grid: { show: false },
        side: 1,
        scale: "score",
        size: 56,
        values: (_, ticks) => ticks.map((tick) => score.format(tick)),
      },
    ],
  };
}

/** A canvas knows no light-dark(): the colour as this element shows it. */
function resolved(node: HTMLElement, colour: string): string {
  const probe = document.createElement("span");
  probe.style.color = colour;
  node.append(probe);
  const shown = getComputedStyle(probe).color;
  probe.remove();
  return shown;
}

function useDarkScreen(): boolean {
  const [query] = useState(() => matchMedia("(prefers-color-scheme: dark)"));
  const [isDark, setDark] = useState(query.matches);
  useEffect(() => {
    const change = () => setDark(query.matches);
    query.addEventListener("change", change);
    return () => query.removeEventListener("change", change);
  }, [query]);
  return isDark;
}
