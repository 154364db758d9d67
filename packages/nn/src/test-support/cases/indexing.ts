import { type Float64Tensor, uniform } from "@unroll/testing";
import {
  cumSum,
  gather,
  gatherElements,
  gatherND,
  gemm,
  logSumExp,
  min,
  prod,
  reverseSequence,
  type ScatterOptions,
  scatterElements,
  type Tensor,
  tensor,
  topK,
  tril,
  triu,
} from "../..";
import { build, at as elementAt, elementwise64, matmul64, reduce64, transpose64 } from "../arrays.reference";
import { type OpCase, whole } from "../check-op";

const shared = { roundings: 0 };
const cube = whole([3, 4, 5], { seed: 1 });
/** No two elements alike. */
const distinct = { shape: [3, 4, 5], data: cube.data.map((_, i) => ((i * 37) % 61) - 30) };
const ids = (values: readonly number[], shape: readonly number[] = [values.length]): Tensor =>
  tensor(Int32Array.from(values), { shape });

/** x at a place, one of its indices replaced. */
const along = (x: Float64Tensor, place: readonly number[], axis: number, index: number): number =>
  elementAt(
    x,
    place.map((own, other) => (other === axis ? (index < 0 ? index + (x.shape[axis] as number) : index) : own)),
  );

const gathers = [0, 1, 2].map((axis): OpCase => {
  const indices = [1, -1, 0, 1, 2, -3];
  const shape = cube.shape.flatMap((extent, other) => (other === axis ? [2, 3] : [extent]));
  return {
    ...shared,
    op: "gather",
    why: `axis ${axis}, a table of indices, one met twice, from either end`,
    inputs: [cube],
    run: (x) => gather(x, ids(indices, [2, 3]), axis),
    reference: (x) =>
      build(shape, (place) => {
        const index = indices[3 * (place[axis] as number) + (place[axis + 1] as number)] as number;
        return along(x as Float64Tensor, [...place.slice(0, axis), 0, ...place.slice(axis + 2)], axis, index);
      }),
  };
});

/** Indices into an axis of extent V for each place of `shape`, from either end. */
const scattered = (shape: readonly number[], V: number): Float64Tensor => {
  let n = 0;
  return build(shape, () => ((7 * n++ + 3) % (2 * V)) - V);
};

const elements = [
  { axis: 0, shape: [6, 4, 5], why: "more indices than there are rows" },
  { axis: 1, shape: [3, 2, 5], why: "fewer" },
  { axis: -1, shape: [2, 3, 4], why: "of a part of x" },
];

const elementGathers = elements.map(({ axis, shape, why }): OpCase => {
  const at = axis < 0 ? axis + 3 : axis;
  const indices = scattered(shape, cube.shape[at] as number);
  return {
    ...shared,
    op: "gatherElements",
    why: `axis ${axis}, ${why}`,
    inputs: [cube],
    run: (x) => gatherElements(x as Tensor, ids([...indices.data], shape), axis),
    reference: (x) => build(shape, (place) => along(x as Float64Tensor, place, at, elementAt(indices, place))),
  };
});

const COMBINE = {
  none: (_: number, update: number) => update,
  add: (value: number, update: number) => value + update,
  mul: (value: number, update: number) => value * update,
  min: Math.min,
  max: Math.max,
} as const;

/** Numbers of which no two are alike, in both arrays, so that an extreme has one slope. */
const apart = (shape: readonly number[], first: number): Float64Tensor => {
  let n = first;
  return build(shape, () => ((n++ * 53) % 211) - 105);
};

function scatterCase(options: ScatterOptions, shape: readonly number[], why: string): OpCase {
  const { axis = 0, reduction = "none" } = options;
  const at = axis < 0 ? axis + 3 : axis;
  const indices = scattered(shape, 5);
  const isProduct = reduction === "mul";
  return {
    op: "scatterElements",
    why: `axis ${axis}, reduction ${reduction}, ${why}`,
    inputs: isProduct
      ? [whole([5, 5, 5], { seed: 2, low: -1, high: 2 }), whole(shape, { seed: 3, low: -1, high: 2 })]
      : [apart([5, 5, 5], 0), apart(shape, 125)],
    run: (x, updates) => scatterElements(x as Tensor, ids([...indices.data], shape), updates as Tensor, options),
    reference: (x, updates) => {
      const result = { shape: x?.shape as number[], data: Float64Array.from(x?.data as Float64Array) };
      build(shape, (place) => {
        const index = elementAt(indices, place);
        const target = place.map((own, other) => (other === at ? (index < 0 ? index + 5 : index) : own));
        const flat = target.reduce((before, own) => 5 * before + own, 0);
        const update = elementAt(updates as Float64Tensor, place);
        result.data[flat] = COMBINE[reduction](result.data[flat] as number, update);
        return 0;
      });
      return result;
    },
    // Small whole products are exact; a slope is one of them over a factor: 5, and a product.
    roundings: isProduct ? 8 : 0,
  };
}

const scatters = (["none", "add", "mul", "min", "max"] as const).flatMap((reduction) => [
  scatterCase({ axis: 1, reduction }, [5, 7, 5], "elements written to more than once"),
  scatterCase({ axis: -1, reduction }, [4, 2, 3], "a part of x"),
]);

const pairs = ids([0, 1, 2, -1, 0, 1, -3, 0], [2, 2, 2]);

const tuples: OpCase[] = [
  {
    ...shared,
    op: "gatherND",
    why: "pairs of indices, one met twice",
    inputs: [cube],
    run: (x) => gatherND(x as Tensor, pairs),
    reference: (x) =>
      build([2, 2, 5], ([a = 0, b = 0, c = 0]) => {
        const [i, j] = [
          [0, 1],
          [2, 3],
          [0, 1],
          [0, 0],
        ][2 * a + b] as [number, number];
        return elementAt(x as Float64Tensor, [i, j, c]);
      }),
  },
  {
    ...shared,
    op: "gatherND",
    why: "an index for each row of a batch",
    inputs: [cube],
    run: (x) => gatherND(x as Tensor, ids([3, -4, 1], [3, 1]), { batchDims: 1 }),
    reference: (x) => build([3, 5], ([b = 0, c = 0]) => elementAt(x as Float64Tensor, [b, [3, 0, 1][b] as number, c])),
  },
];

const sums = [
  { axis: 0, options: {} },
  { axis: 1, options: { exclusive: true } },
  { axis: -1, options: { reverse: true } },
  { axis: -1, options: { exclusive: true, reverse: true } },
].map(({ axis, options }): OpCase => {
  const at = axis < 0 ? axis + 3 : axis;
  const { exclusive = false, reverse = false } = options as { exclusive?: boolean; reverse?: boolean };
  return {
    ...shared,
    op: "cumSum",
    why: `axis ${axis}${exclusive ? ", exclusive" : ""}${reverse ? ", from the end" : ""}`,
    inputs: [cube],
    run: (x) => cumSum(x as Tensor, axis, options),
    reference: (x) =>
      build(cube.shape, (place) => {
        let sum = 0;
        for (let m = 0; m < (cube.shape[at] as number); m++) {
          const own = place[at] as number;
          if ((reverse ? m > own : m < own) || (m === own && !exclusive))
            sum += along(x as Float64Tensor, place, at, m);
        }
        return sum;
      }),
  };
});

const bests = [
  { k: 3, options: {} },
  { k: 1, options: { axis: 0 } },
  { k: 4, options: { axis: 1, largest: false } },
].map(({ k, options }): OpCase => {
  const { axis = 2, largest = true } = options as { axis?: number; largest?: boolean };
  return {
    ...shared,
    op: "topK",
    why: `${k} of axis ${axis}, ${largest ? "largest" : "smallest"} first`,
    inputs: [distinct],
    run: (x) => topK(x as Tensor, k, options).values,
    reference: (x) =>
      build(
        distinct.shape.map((extent, other) => (other === axis ? k : extent)),
        (place) => {
          const row = Array.from({ length: distinct.shape[axis] as number }, (_, v) =>
            along(x as Float64Tensor, place, axis, v),
          );
          row.sort((a, b) => (largest ? b - a : a - b));
          return row[place[axis] as number] as number;
        },
      ),
  };
});

const triangles = [0, 1, -2, 7].flatMap((k): OpCase[] =>
  ([tril, triu] as const).map((run) => ({
    ...shared,
    op: run === tril ? "tril" : "triu",
    why: `diagonal ${k}`,
    inputs: [cube],
    run: (x) => run(x as Tensor, k),
    reference: (x) =>
      build(cube.shape, (place) => {
        const diagonal = (place[2] as number) - (place[1] as number);
        return (run === tril ? diagonal <= k : diagonal >= k) ? elementAt(x as Float64Tensor, place) : 0;
      }),
  })),
);

const lengths = [2, 5, 0];
const turned = [
  { options: {}, shape: [3, 5, 2] },
  { options: { batchAxis: 1, timeAxis: 0 }, shape: [5, 3, 2] },
  { options: { batchAxis: 0, timeAxis: 2 }, shape: [3, 2, 5] },
].map(({ options, shape }): OpCase => {
  const { batchAxis = 0, timeAxis = 1 } = options as { batchAxis?: number; timeAxis?: number };
  return {
    ...shared,
    op: "reverseSequence",
    why: `rows along ${batchAxis}, steps along ${timeAxis}`,
    inputs: [whole(shape, { seed: 4 })],
    run: (x) => reverseSequence(x as Tensor, lengths, options),
    reference: (x) =>
      build(shape, (place) => {
        const [t, length] = [place[timeAxis] as number, lengths[place[batchAxis] as number] as number];
        return along(x as Float64Tensor, place, timeAxis, t < length ? length - 1 - t : t);
      }),
  };
});

const ways = [{}, { axes: [1] }, { axes: [0, 2], keepDims: true }, { axes: [-1] }];
const over = ({ axes }: { axes?: number[] }): string => (axes ? `over axes ${axes}` : "over all axes");
const factors = uniform([2, 3, 4], { seed: 5, low: 0.5, high: 1.5 });
const withZeros = { ...factors, data: factors.data.map((x, i) => (i === 5 || i === 6 || i === 17 ? 0 : x)) };
const logits = uniform([3, 4, 5], { seed: 6, low: -2, high: 2 });

const reductions = ways.flatMap((options): OpCase[] => [
  {
    ...shared,
    op: "min",
    why: over(options),
    inputs: [distinct],
    run: (x) => min(x as Tensor, options),
    reference: (x) => reduce64(x as Float64Tensor, (values) => Math.min(...values), options),
  },
  ...[factors, withZeros].map((x) => ({
    op: "prod",
    why: `${over(options)}${x === withZeros ? ", some factors 0" : ""}`,
    inputs: [x],
    run: (a: Tensor) => prod(a, options),
    reference: (a: Float64Tensor) => reduce64(a, (values) => values.reduce((p, value) => p * value, 1), options),
    // A product of up to 24 factors is rounded as often, and its slope is one of them, below 8, over a factor: 5.
    roundings: 8 * (24 + 6),
  })),
  {
    op: "logSumExp",
    why: over(options),
    inputs: [logits],
    run: (x) => logSumExp(x as Tensor, options),
    reference: (x) =>
      reduce64(x as Float64Tensor, (values) => Math.log(values.reduce((s, v) => s + Math.exp(v), 0)), options),
    // e^(x − max): 26; their sum the same and up to 60 additions; 8 for ln, two roundings of numbers up to 6; the slope is
    // e^(x − y), of y off by that and x − y ≤ 9 by its rounding and exp by 3 + 2·9 ulp of a number below 1
    roundings: 2 * (26 + 60 + 8 + 12) + 42,
  },
]);

const products = [
  { options: {}, why: "bare" },
  { options: { alpha: 2, beta: -3, transposeA: true }, why: "scaled, the left transposed" },
  { options: { alpha: 0.5, transposeB: true }, why: "the right transposed" },
  { options: { beta: 2, transposeA: true, transposeB: true }, why: "both transposed" },
].map(({ options, why }): OpCase => {
  const {
    alpha = 1,
    beta = 1,
    transposeA = false,
    transposeB = false,
  } = options as {
    alpha?: number;
    beta?: number;
    transposeA?: boolean;
    transposeB?: boolean;
  };
  return {
    ...shared,
    op: "gemm",
    why: `${why}, a row added`,
    inputs: [
      whole(transposeA ? [7, 3] : [3, 7], { seed: 7 }),
      whole(transposeB ? [5, 7] : [7, 5], { seed: 8 }),
      whole([1, 5], { seed: 9 }),
    ],
    run: (a, b, c) => gemm(a as Tensor, b as Tensor, { ...options, c }),
    reference: (a, b, c) => {
      const [left, right] = [a as Float64Tensor, b as Float64Tensor];
      const product = matmul64(transposeA ? transpose64(left) : left, transposeB ? transpose64(right) : right);
      return elementwise64((p = 0, q = 0) => alpha * p + beta * q, product, c as Float64Tensor);
    },
  };
});

export const indexingCases: readonly OpCase[] = [
  ...gathers,
  ...elementGathers,
  ...scatters,
  ...tuples,
  ...sums,
  ...bests,
  ...triangles,
  ...turned,
  ...reductions,
  ...products,
];
