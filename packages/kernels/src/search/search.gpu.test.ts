import { integers, normal } from "@unroll/testing";
import { describe, expect, test } from "vitest";
import { checkKernel } from "../test-support/check-kernel";
import { useTestDevice } from "../test-support/device";
import { beamSelect } from "./beam-select";
import { ANY_TOKEN, constrain, NOT_THE_END } from "./constrain";
import { beamSelectReference, constrainReference } from "./search.reference";

const gpu = useTestDevice();
/** Numbers are moved, compared, and added in one order: the bits are known. */
const exact = { absolute: Number.MIN_VALUE };
const rounded = (values: ArrayLike<number>): Float32Array<ArrayBuffer> => Float32Array.from(values);

describe.each([
  { R: 1, V: 1, L: 1, why: "smallest" },
  { R: 5, V: 67, L: 70, why: "a multiple of no tile" },
  { R: 3, V: 1000, L: 300, why: "more places than lanes" },
])("$R rows of $V tokens, $L places: $why", ({ R, V, L }) => {
  const logProbabilities = rounded(
    normal([R, V], { seed: 1 }).data.map((x, i) => (i % 11 === 3 ? -1e30 : -Math.abs(x))),
  );
  // few tokens, so that runs of them come again
  const history = Uint32Array.from(integers([R, L], { seed: 2, low: 0, high: Math.min(V, 4) - 1 }).data);
  const barred = Uint32Array.from({ length: V }, (_, v) => (v % 5 === 2 ? 1 : 0));
  const end = V - 1;

  test.each([
    { ngram: 0, made: 0 },
    { ngram: 1, made: L },
    { ngram: 2, made: L },
    { ngram: 3, made: L - 1 },
    { ngram: 3, made: Math.min(L, 2) },
  ])("constrain: %o", async ({ ngram, made }) => {
    for (const order of [ANY_TOKEN, NOT_THE_END, 0, end]) {
      const orders = new Uint32Array(R).fill(order);
      orders[0] = ANY_TOKEN;
      for (const some of [{}, { barred }]) {
        const inputs = { logProbabilities, orders, ...some, ...(ngram > 0 ? { history } : {}) };
        await checkKernel(gpu.device, constrain, {
          dims: { R, V, L },
          options: { ngram },
          scalars: { end, made },
          inputs,
          expected: { allowed: rounded(constrainReference({ R, V, L }, { ...inputs, ngram, end, made })) },
          tolerance: exact,
        });
      }
    }
  });
});

describe.each([
  { B: 1, K: 1, G: 1, M: 1, why: "smallest" },
  { B: 3, K: 5, G: 1, M: 10, why: "usual" },
  { B: 2, K: 6, G: 3, M: 8, why: "groups" },
  { B: 2, K: 4, G: 4, M: 5, why: "groups of one" },
  { B: 1, K: 40, G: 2, M: 60, why: "more candidates than lanes" },
  { B: 2, K: 3, G: 1, M: 2, why: "fewer candidates than picks" },
])("$B sources with $K beams in $G groups, $M candidates: $why", ({ B, K, G, M }) => {
  const dims = { B, K, G, M };

  test.each([undefined, 0.5])("beamSelect, diversity %s", async (diversity) => {
    for (const seed of [1, 2, 3, 4]) {
      // few values, so that ranks are often equal; some beams are dead, some groups have finished all, or all but a few
      const values = rounded(integers([B * K, M], { seed, low: -6, high: -1 }).data.map((x) => x / 4));
      const ids = Uint32Array.from(integers([B * K, M], { seed: seed + 9, low: 0, high: 7 }).data);
      const before = rounded(integers([B, 2, K], { seed: seed + 20, low: 0, high: 3 }).data);
      for (let b = 0; b < B; b++) {
        for (let k = 0; k < K; k++) {
          const at = b * 2 * K + k;
          before[at] = (before[at] as number) === 0 && K > 1 ? -1e30 : -(before[at] as number);
          before[at + K] = (before[at + K] as number) === 3 && seed > 2 ? -1e30 : -(before[at + K] as number) - 0.5;
        }
        for (let g = 0; g < G; g++) {
          const done = before.subarray((b * 2 + 1) * K + (g * K) / G, (b * 2 + 1) * K + ((g + 1) * K) / G);
          done.sort().reverse();
        }
      }
      const wanted = 1 + (seed % (K / G));
      const call = { logProbabilities: values, ids, before, end: 3, wanted, diversity };
      const expected = beamSelectReference(dims, call);
      await checkKernel(gpu.device, beamSelect, {
        dims,
        options: { diverse: diversity !== undefined },
        scalars: { end: 3, diversity: diversity ?? 0, wanted },
        inputs: { logProbabilities: values, ids, before },
        expected: { ...expected, events: rounded(expected.events) },
        tolerance: exact,
      });
    }
  });
});

test("beamSelect refuses beams that do not make groups", async () => {
  const inputs = { logProbabilities: [], ids: [], before: [] };
  const check = { scalars: { end: 0, diversity: 0, wanted: 1 }, inputs, expected: {}, tolerance: exact };
  await expect(
    checkKernel(gpu.device, beamSelect, { ...check, dims: { B: 1, K: 3, G: 2, M: 1 } }),
  ).rejects.toThrowErrorMatchingInlineSnapshot(
    `[ValueError: beam_select: K should be at most 256 and a multiple of G = 2 but is 3.]`,
  );
  await expect(
    checkKernel(gpu.device, beamSelect, { ...check, dims: { B: 1, K: 300, G: 1, M: 1 } }),
  ).rejects.toThrowErrorMatchingInlineSnapshot(
    `[ValueError: beam_select: K should be at most 256 and a multiple of G = 1 but is 300.]`,
  );
});
