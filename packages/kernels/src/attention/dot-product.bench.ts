import { type KernelBench, kernelBench } from "../core";
import { appendRows, takeRows } from "./append-rows";
import { NO_BIAS } from "./dot-product";
import {
  dotProductAttentionKeyGradients,
  dotProductAttentionQueryGradient,
  dotProductAttentionStatistics,
} from "./dot-product-backward";
import { dotProductAttention } from "./dot-product-forward";
import { rotary } from "./rotary";

const scalars = { scale: 0.125, softcap: 0, offset: 0, p: 0, seedLow: 0, seedHigh: 0, draw: 0 };
const SIZES = [
  { dims: { B: 4, T: 64, S: 64, N: 4, M: 4, D: 32, E: 32, ...NO_BIAS }, options: { causal: true }, scalars },
  { dims: { B: 2, T: 256, S: 256, N: 4, M: 4, D: 64, E: 64, ...NO_BIAS }, scalars },
] as const;
const CACHE = { dims: { B: 8, C: 256, T: 1, F: 256 }, inputs: { lengths: Uint32Array.from({ length: 8 }, () => 100) } };

export const benches: KernelBench[] = [
  kernelBench(
    dotProductAttention,
    SIZES.map((size) => ({ ...size, with: ["logSum"] })),
  ),
  kernelBench(dotProductAttentionStatistics, [{ dims: { R: 2048, E: 64 } }]),
  kernelBench(dotProductAttentionQueryGradient, SIZES),
  kernelBench(dotProductAttentionKeyGradients, SIZES),
  kernelBench(rotary, [
    { dims: { B: 4, T: 64, P: 64, strideB: 0, N: 4, D: 64, R: 64 }, scalars: { offset: 0, turn: 1 } },
  ]),
  kernelBench(appendRows, [CACHE]),
  kernelBench(takeRows, [CACHE]),
];
