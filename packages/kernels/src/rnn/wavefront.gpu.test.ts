import { normal } from "@unroll/testing";
import { describe, expect, test } from "vitest";
import { type AnyKernel, candidates, type HostArray, runKernel } from "../core";
import { matmul } from "../matmul";
import { useTestDevice } from "../test-support/device";
import { elmanForward, elmanWavefront } from "./elman";
import { gruForward, gruWavefront } from "./gru";
import { lstmForward, lstmWavefront } from "./lstm";
import { packRecurrent, packStack } from "./pack";
import { orderReference } from "./pack.reference";

const holder = useTestDevice();

interface Cell {
  readonly name: string;
  readonly layer: AnyKernel;
  readonly stack: AnyKernel;
  /** Gates of a unit. */
  readonly G: number;
  /** Optional inputs beside `order`, with their extents per layer. */
  readonly given: readonly ("h0" | "c0" | "bN")[];
}

const cells: readonly Cell[] = [
  { name: "Elman", layer: elmanForward, stack: elmanWavefront, G: 1, given: ["h0"] },
  { name: "LSTM", layer: lstmForward, stack: lstmWavefront, G: 4, given: ["h0", "c0"] },
  { name: "GRU", layer: gruForward, stack: gruWavefront, G: 3, given: ["h0", "bN"] },
];

interface Size {
  readonly L: number;
  readonly B: number;
  readonly T: number;
  readonly H: number;
  readonly lengths?: readonly number[];
  readonly reverse?: boolean;
  /** Whether there are biases and states to start from. */
  readonly bare?: boolean;
}

const sizes: (Size & { why: string })[] = [
  { L: 2, B: 3, T: 5, H: 17, why: "an odd number of units, fewer rows than a tile" },
  { L: 3, B: 9, T: 4, H: 35, lengths: [4, 2, 1, 0, 4, 2, 3, 3, 1], why: "three layers, rows of several lengths" },
  { L: 3, B: 2, T: 2, H: 6, bare: true, why: "fewer steps than layers, no biases, no states to start from" },
  { L: 2, B: 8, T: 3, H: 64, lengths: [3, 0, 2, 1, 3, 3, 1, 2], reverse: true, why: "whole tiles, backwards" },
  { L: 3, B: 2, T: 3, H: 9, why: "three layers with biases" },
  { L: 4, B: 2, T: 2, H: 5, why: "four layers, whose weights come put together" },
  {
    L: 2,
    B: 41,
    T: 3,
    H: 9,
    lengths: Array.from({ length: 41 }, (_, b) => b % 4),
    why: "the largest tile and more rows",
  },
  { L: 2, B: 1, T: 1, H: 1, why: "smallest" },
];

const f32 = (shape: number[], seed: number, scale = 1): Float32Array<ArrayBuffer> =>
  Float32Array.from(normal(shape, { seed, scale }).data);
const part = (of: Float32Array<ArrayBuffer>, index: number, parts: number): Float32Array<ArrayBuffer> =>
  of.slice((index * of.length) / parts, ((index + 1) * of.length) / parts);

function inputsOf({ G, given }: Cell, { L, B, T, H, bare = false }: Size) {
  const states = { h0: f32([L, B, H], 5), c0: f32([L, B, H], 6), bN: f32([L, H], 7) };
  return {
    gx: f32([B, T, G * H], 1),
    r: f32([L, G * H, H], 2, 1 / Math.sqrt(H)),
    w: f32([L - 1, G * H, H], 3, 1 / Math.sqrt(H)),
    b: bare ? undefined : f32([L - 1, G * H], 4),
    states: Object.fromEntries(bare ? [] : given.map((name) => [name, states[name]])),
  };
}

/** What each layer gives where one follows the other: a product over all steps, then the plain scan. */
async function byLayers({ layer, G }: Cell, size: Size, inputs: ReturnType<typeof inputsOf>) {
  const { L, B, T, H, lengths, reverse = false } = size;
  const { device } = holder;
  const results: Record<string, HostArray>[] = [];
  let { gx } = inputs;
  for (let l = 0; l < L; l++) {
    if (l > 0) {
      const { c } = await runKernel(device, matmul, {
        dims: { Z: 1, M: B * T, N: G * H, K: H, lda: H, ldb: H, strideA: 0, strideB: 0 },
        options: { transposeB: true },
        inputs: {
          a: results[l - 1]?.y as HostArray,
          b: part(inputs.w, l - 1, L - 1),
          ...(inputs.b ? { bias: part(inputs.b, l - 1, L - 1) } : {}),
        },
      });
      gx = c as Float32Array<ArrayBuffer>;
    }
    const { rT } = await runKernel(device, packRecurrent, {
      dims: { D: 1, G, H },
      inputs: { r: part(inputs.r, l, L) },
    });
    const states = Object.entries(inputs.states).map(([name, of]) => [name, part(of, l, L)]);
    const order = lengths ? { order: Uint32Array.from(orderReference(lengths, T)) } : {};
    const plain = { ...layer, variants: [] };
    const given = { gx, rT: rT as HostArray, ...order, ...Object.fromEntries(states) };
    const options = { ...layer.options, reverse };
    results.push(await runKernel(device, plain, { dims: { D: 1, B, T, H }, options, inputs: given }));
  }
  return results;
}

const words = (of: HostArray | undefined): Uint32Array => new Uint32Array(of?.buffer ?? new ArrayBuffer(0));

describe.each(cells)("$name", (cell) => {
  test.each(sizes)(
    "a wavefront of $L layers gives the bits of layers one by one at [$B, $T, $H]: $why",
    async (size) => {
      const { L, B, T, H, lengths, reverse = false } = size;
      const { device } = holder;
      const inputs = inputsOf(cell, size);
      const layers = await byLayers(cell, size, inputs);
      const bias = inputs.b !== undefined;
      const apart = L <= 3;
      const of = (all: Float32Array<ArrayBuffer>, index: number, parts: number) =>
        apart ? part(all, index, parts) : all;
      const { rT } = await runKernel(device, packStack, {
        dims: { L, G: cell.G, H },
        options: { bias, apart },
        inputs: {
          r: of(inputs.r, 0, L),
          w: of(inputs.w, 0, L - 1),
          ...(inputs.b ? { b: of(inputs.b, 0, L - 1) } : {}),
          ...(apart ? { r1: part(inputs.r, 1, L) } : {}),
          ...(L === 3 ? { r2: part(inputs.r, 2, L), w1: part(inputs.w, 1, 2) } : {}),
          ...(L === 3 && inputs.b ? { b1: part(inputs.b, 1, 2) } : {}),
        },
      });
      const order = lengths ? { order: Uint32Array.from(orderReference(lengths, T)) } : {};
      const given = { gx: inputs.gx, rT: rT as HostArray, ...order, ...inputs.states };
      const options = { ...cell.stack.options, reverse, bias };
      const has = Object.fromEntries(Object.keys(cell.stack.bindings).map((name) => [name, name in given]));
      for (const { kernel } of candidates(cell.stack, { dims: { L, B, T, H }, options, has }, device)) {
        const before = device.counters.snapshot();
        const results = await runKernel(
          device,
          { ...kernel, variants: [] },
          { dims: { L, B, T, H }, options, inputs: given, guardWords: 67 },
        );
        expect(device.counters.since(before).dispatches).toBe(T + L - 1);
        for (const [name, result] of Object.entries(results)) {
          const each = layers.map((layer) => Array.from(words(layer[name])));
          const guards = Array.from(words(result).slice(-67));
          expect(new Set(guards).size, `${kernel.name}.${name}: written past its end`).toBe(1);
          expect(Array.from(words(result).slice(0, -67)), `${kernel.name}.${name}`).toEqual(each.flat());
        }
      }
    },
  );
});
