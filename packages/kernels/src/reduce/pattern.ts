import {
  type AnyKernel,
  type DimValues,
  foldGrid,
  type Limits,
  type Plan,
  perCall,
  ShapeError,
  ValueError,
  type VariedKernel,
  withVariants,
} from "../core";

/** Axes that an array may have once kept neighbours are merged. */
export const MAX_RANK = 6;
/** Lanes that a sum over the last axis is spread over: part of its order of additions, so it never changes. */
export const LANES = 64;

export const REDUCTION_DIMS = {
  E0: perCall("extent of axis 0"),
  E1: perCall("extent of axis 1"),
  E2: perCall("extent of axis 2"),
  E3: perCall("extent of axis 3"),
  E4: perCall("extent of axis 4"),
  E5: perCall("extent of axis 5"),
  all: perCall("elements of the array"),
  kept: perCall("elements of the result"),
} as const;

export interface ReductionOptions {
  /** For each axis, whether it is reduced; its length is the rank. Extents past the rank are 1. */
  readonly reduced: readonly boolean[];
}

type ReductionDims = { readonly [K in keyof typeof REDUCTION_DIMS]: number };

/**
 * Dims and options of the reduction kernels for an array of `shape` reduced over `axes` (negative ones count from the
 * end). Neighbouring axes that are kept merge into one. Reduced ones stay apart, and axes of extent 1 stay: the order of
 * additions may depend on which axes there are, but not on how far one of them is padded.
 *
 * @throws ValueError if an axis is not one of the array's or is named twice
 * @throws ShapeError if more than 6 axes are left
 */
export function reductionDims(
  shape: readonly number[],
  axes: readonly number[],
): { dims: ReductionDims; options: ReductionOptions } {
  const named = new Set(axes.map((axis) => normalise(axis, shape.length)));
  if (named.size < axes.length) {
    throw new ValueError({
      where: "reduce",
      what: "axes",
      expected: "different axes",
      received: `[${axes.join(", ")}]`,
    });
  }
  const extents: number[] = [];
  const reduced: boolean[] = [];
  for (const [axis, extent] of shape.entries()) {
    const isReduced = named.has(axis);
    if (!isReduced && reduced.at(-1) === false) extents.push((extents.pop() ?? 1) * extent);
    else {
      extents.push(extent);
      reduced.push(isReduced);
    }
  }
  if (reduced.length > MAX_RANK) {
    throw new ShapeError({
      where: "reduce",
      what: `an array of shape [${shape.join(", ")}] over axes [${axes.join(", ")}]`,
      expected: `of at most ${MAX_RANK} axes, neighbours that are kept counting as one`,
      received: `of ${reduced.length}`,
      remedy: "Reduce over some of the axes first.",
    });
  }
  const [E0 = 1, E1 = 1, E2 = 1, E3 = 1, E4 = 1, E5 = 1] = extents;
  const options = { reduced };
  return { dims: { E0, E1, E2, E3, E4, E5, ...counts({ E0, E1, E2, E3, E4, E5 }, options) }, options };
}

function normalise(axis: number, rank: number): number {
  if (Number.isInteger(axis) && axis >= -rank && axis < rank) return axis < 0 ? axis + rank : axis;
  throw new ValueError({
    where: "reduce",
    what: "an axis",
    expected: `a whole number from ${-rank} to ${rank - 1}`,
    received: String(axis),
  });
}

function counts(dims: DimValues, { reduced }: ReductionOptions): { all: number; kept: number } {
  const extents = reduced.map((isReduced, axis) => ({ isReduced, extent: dims[`E${axis}`] ?? 1 }));
  const product = (of: typeof extents): number => of.reduce((n, { extent }) => n * extent, 1);
  return { all: product(extents), kept: product(extents.filter(({ isReduced }) => !isReduced)) };
}

/** @throws ShapeError if the counts do not belong to the extents: `reductionDims` makes both */
export function checkCounts(where: string, dims: DimValues, options: ReductionOptions): void {
  const { all, kept } = counts(dims, options);
  if (dims.all === all && dims.kept === kept) return;
  throw new ShapeError({
    where,
    what: "dims all and kept",
    expected: `${all} and ${kept}, as the extents say`,
    received: `${dims.all} and ${dims.kept}`,
    remedy: "Make dims and options with reductionDims.",
  });
}

/** @throws ValueError if results are asked for that have no element */
export function checkNotEmpty(where: string, { all, kept }: { readonly all: number; readonly kept: number }): void {
  if (all > 0 || kept === 0) return;
  const received = `${kept} ${kept === 1 ? "result" : "results"} of no elements`;
  throw new ValueError({ where, what: "the extent of every reduced axis", expected: "at least 1", received });
}

export interface ReductionPlan extends Plan {
  readonly workgroupSize: number;
  /** A workgroup for each result, its lanes along the last axis; else an invocation for each result. */
  readonly cooperates: boolean;
  /** Results in one row of the grid. */
  readonly width: number;
}

/** Whether lanes had better share a result: the last axis is reduced and longer than they are many. */
export const isLong = (dims: DimValues, { reduced }: ReductionOptions): boolean =>
  reduced.at(-1) === true && (dims[`E${reduced.length - 1}`] ?? 1) > LANES;

/** Lanes share a long result, unless each is to be made `alone`; the order of additions is the same. */
export function reductionPlan(
  dims: DimValues,
  options: ReductionOptions,
  limits: Limits,
  alone: boolean,
): ReductionPlan {
  const { kept = 0 } = dims;
  const cooperates = !alone && isLong(dims, options);
  const most = limits.maxComputeWorkgroupsPerDimension;
  const groups = cooperates ? kept : Math.ceil(kept / LANES);
  return { workgroupSize: LANES, ...foldGrid(groups, limits), cooperates, width: cooperates ? most : most * LANES };
}

/** Results below which most of a processor's vectors would idle, were each made alone. */
const MANY = 16;

/**
 * A reduction as it is, and with an invocation for each result whatever the axes: no barrier, which on a software
 * adapter costs more than the additions of a row.
 */
export function reductionKernel<K extends AnyKernel>(define: (alone: boolean) => K): VariedKernel<K> {
  return withVariants(define(false), [
    {
      kernel: define(true),
      why: "an invocation a result: no barrier",
      speed: ({ dims, options }, { adapter }) => {
        if (!("reduced" in options && isLong(dims, options as ReductionOptions))) return 0; // the plain one is the same
        const { kept = 0, all = 0 } = dims;
        return adapter.isSoftware && kept >= MANY && all / kept <= LANES * kept ? 4 : 0.1;
      },
    },
  ]);
}

/** WGSL of the grid: `o` is this invocation's result; those past the last result return, whole workgroups if lanes share. */
export function resultCode({ cooperates, width }: ReductionPlan): string {
  const id = cooperates ? "group" : "id";
  return `let o = ${id}.x + ${id}.y * ${width}u;
      if (o >= dims.kept) { return; }`;
}

/**
 * WGSL that walks the part of \`x\` that makes result \`o\`, in order, and runs \`body\` with the element's index \`at\`, its
 * row-major number \`index\` among the reduced, and \`last\` on the last axis. Lanes take every 64th of the last axis.
 */
export function walkCode({ reduced }: ReductionOptions, cooperates: boolean, body: string): string {
  const rank = reduced.length;
  const strides = reduced.map((_, axis) =>
    axis === 0 ? "" : `let stride${rank - 1 - axis} = stride${rank - axis} * dims.E${rank - axis};`,
  );
  const base = reduced
    .map((isReduced, axis) => (isReduced ? "" : `base += rest % dims.E${axis} * stride${axis}; rest /= dims.E${axis};`))
    .toReversed();
  const axes = reduced.flatMap((isReduced, axis) => (isReduced ? [axis] : []));
  const open = axes.map((axis, depth) => {
    const isLanes = cooperates && axis === rank - 1;
    const before = depth === 0 ? "0u" : `index${axes[depth - 1]}`;
    const at = depth === 0 ? "base" : `at${axes[depth - 1]}`;
    return `for (var r${axis} = ${isLanes ? "lane" : "0u"}; r${axis} < dims.E${axis}; r${axis} += ${isLanes ? LANES : 1}u) {
        let at${axis} = ${at} + r${axis} * stride${axis};
        let index${axis} = ${before} * dims.E${axis} + r${axis};`;
  });
  const deepest = axes.at(-1);
  const names =
    deepest === undefined
      ? "let at = base; let index = 0u; let last = 0u;"
      : `let at = at${deepest}; let index = index${deepest}; let last = r${deepest};`;
  return `${rank > 0 ? `let stride${rank - 1} = 1u;` : ""}
      ${strides.join(" ")}
      var rest = o;
      var base = 0u;
      ${base.join(" ")}
      ${open.join("\n")}
        { ${names} ${body} }
      ${"}".repeat(axes.length)}`;
}
