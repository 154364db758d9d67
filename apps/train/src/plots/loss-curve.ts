import { type LinearScale, linearScale } from "./scale";
import { element, formatNumber, polyline, type Svg, svgDocument, text, textWidth, theme } from "./svg";

/** The loss after so many steps. */
export interface LossPoint {
  step: number;
  loss: number;
}

/** What `lossCurve` draws. */
export interface LossCurveOptions {
  /** The training loss, in the order of the steps. */
  train: readonly LossPoint[];
  /** The loss on data that is not trained on. */
  eval: readonly LossPoint[];
  title: string;
  /** What the vertical axis says; "loss (nats)" when absent. */
  lossLabel?: string;
}

const WIDTH = 760;
const HEIGHT = 440;
const PLOT = { left: 68, right: WIDTH - 24, top: 76, bottom: HEIGHT - 56 };
const TRAIN = "#2b6cb0";
const EVAL = "#c2410c";
/** The line of training has at most so many points; where there are more losses, each point is the mean of some. */
const MAX_POINTS = 120;

/**
 * Draws the loss over the steps of a training run: the training loss as a line, with its range where it is a mean of
 * several steps, and the evaluation loss as dots joined by a line. The vertical axis starts at zero. A loss that is not
 * finite leaves a gap.
 *
 * @returns a self-contained SVG document of 760 × 440 px
 */
export function lossCurve({ train, eval: evaluated, title, lossLabel = "loss (nats)" }: LossCurveOptions): string {
  const { x, y } = scales([...train, ...evaluated]);
  const bins = binned(train);
  const pooled = bins.some(({ count }) => count > 1);
  const entries = [
    { label: pooled ? `training (mean and range of ${bins[0]?.count} steps)` : "training", color: TRAIN, dot: false },
    { label: "evaluation", color: EVAL, dot: true },
  ].filter((_, index) => (index === 0 ? train : evaluated).length > 0);
  return svgDocument(WIDTH, HEIGHT, title, [
    text(title, PLOT.left, 32, { "font-size": 18, "font-weight": 600, fill: theme.ink }),
    ...legend(entries),
    ...axes(x, y, lossLabel),
    ...(pooled ? [range(bins, x, y)] : []),
    line(bins, x, y, TRAIN),
    line(evaluated, x, y, EVAL),
    ...evaluated.filter(drawable).map(({ step, loss }) => {
      return element("circle", { cx: x(step), cy: y(loss), r: 3.5, fill: EVAL, stroke: theme.background });
    }),
  ]);
}

/** Both axes hold zero: steps count from it, and a loss is judged by its distance to it. */
function scales(points: readonly LossPoint[]): { x: LinearScale; y: LinearScale } {
  const finite = points.filter(drawable);
  const steps = extentFromZero(finite.map(({ step }) => step));
  const losses = extentFromZero(finite.map(({ loss }) => loss));
  return {
    x: linearScale(steps, [PLOT.left, PLOT.right], { count: 8 }),
    y: linearScale(losses, [PLOT.bottom, PLOT.top], { count: 6, nice: true }),
  };
}

function axes(x: LinearScale, y: LinearScale, lossLabel: string): Svg[] {
  const middle = (PLOT.top + PLOT.bottom) / 2;
  const losses = formatLosses(y.ticks);
  return [
    ...y.ticks.flatMap((tick, n) => [
      element("line", { x1: PLOT.left, x2: PLOT.right, y1: y(tick), y2: y(tick), stroke: theme.grid }),
      text(losses[n] ?? "", PLOT.left - 10, y(tick) + 4, { "text-anchor": "end" }),
    ]),
    element("line", { x1: PLOT.left, x2: PLOT.right, y1: PLOT.bottom, y2: PLOT.bottom, stroke: theme.axis }),
    ...x.ticks.flatMap((tick) => [
      element("line", { x1: x(tick), x2: x(tick), y1: PLOT.bottom, y2: PLOT.bottom + 5, stroke: theme.axis }),
      text(formatNumber(tick), x(tick), PLOT.bottom + 20, { "text-anchor": "middle" }),
    ]),
    text("training step", (PLOT.left + PLOT.right) / 2, HEIGHT - 14, { "text-anchor": "middle", "font-size": 13 }),
    text(lossLabel, 0, 0, {
      transform: `translate(20 ${middle}) rotate(-90)`,
      "text-anchor": "middle",
      "font-size": 13,
    }),
  ];
}

function legend(entries: readonly { label: string; color: string; dot: boolean }[]): Svg[] {
  let left = PLOT.left;
  return entries.flatMap(({ label, color, dot }) => {
    const x1 = left;
    left += 30 + textWidth(label, 12) + 24;
    return [
      element("line", { x1, x2: x1 + 22, y1: 54, y2: 54, stroke: color, "stroke-width": 2 }),
      ...(dot ? [element("circle", { cx: x1 + 11, cy: 54, r: 3.5, fill: color, stroke: theme.background })] : []),
      text(label, x1 + 30, 58, { fill: theme.ink }),
    ];
  });
}

function line(points: readonly LossPoint[], x: LinearScale, y: LinearScale, color: string): Svg {
  const d = polyline(points.map((point) => (drawable(point) ? ([x(point.step), y(point.loss)] as const) : undefined)));
  return element("path", { d, fill: "none", stroke: color, "stroke-width": 2, "stroke-linejoin": "round" });
}

interface Bin extends LossPoint {
  low: number;
  high: number;
  count: number;
}

/** Neighbouring losses, an equal number in each bin but for the last, with their mean, least and greatest. */
function binned(points: readonly LossPoint[]): Bin[] {
  const size = Math.ceil(points.length / MAX_POINTS);
  const bins: Bin[] = [];
  for (let start = 0; start < points.length; start += size) {
    const group = points.slice(start, start + size);
    const losses = group.map(({ loss }) => loss);
    const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    bins.push({
      step: mean(group.map(({ step }) => step)),
      loss: mean(losses),
      low: Math.min(...losses),
      high: Math.max(...losses),
      count: group.length,
    });
  }
  return bins;
}

/** The band between the least and the greatest loss of each bin, in one closed piece for each run without a gap. */
function range(bins: readonly Bin[], x: LinearScale, y: LinearScale): Svg {
  let d = "";
  let run: Bin[] = [];
  const close = () => {
    const upper = run.map(({ step, high }) => [x(step), y(high)] as const);
    const lower = run.map(({ step, low }) => [x(step), y(low)] as const).reverse();
    if (run.length > 0) d += `${polyline([...upper, ...lower])}Z`;
    run = [];
  };
  for (const bin of bins) {
    if (drawable(bin)) run.push(bin);
    else close();
  }
  close();
  return element("path", { d, fill: TRAIN, "fill-opacity": 0.16 });
}

/** The ticks of the loss in the few characters that fit beside the axis, all in the same form. */
function formatLosses(ticks: readonly number[]): string[] {
  const largest = Math.max(...ticks.map(Math.abs));
  if (largest >= 1e-3 && largest < 1e5) return ticks.map(formatNumber);
  return ticks.map((loss) => (loss === 0 ? "0" : loss.toExponential().replace("e+", "e")));
}

function drawable({ step, loss }: LossPoint): boolean {
  return Number.isFinite(step) && Number.isFinite(loss);
}

/** The least and the greatest of the values and zero. A loop: a long run has more losses than a call takes arguments. */
function extentFromZero(values: readonly number[]): [low: number, high: number] {
  let [low, high] = [0, 0];
  for (const value of values) [low, high] = [Math.min(low, value), Math.max(high, value)];
  return low < high ? [low, high] : [0, 1];
}
