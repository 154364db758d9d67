import { type KernelBench, kernelBench } from "../core";
import { additiveAttention, additiveAttentionBackward, additiveQueryGradient, additiveScores } from "./additive";
import { additiveKeyGradients, attentionVectorGradient } from "./additive-gradients";
import { contextGate, contextGateBackward } from "./context-gate";
import { attentionScoreGradient } from "./context-gradients";
import { dotAttention, dotAttentionBackward } from "./dot";
import { monotonicAlignment, monotonicAlignmentBackward } from "./monotonic";

/** A step of a translator's decoder, and one of a captioner's that looks at 14 x 14 cells. */
const STEPS = [
  { B: 16, T: 1, S: 20, A: 128, D: 128 },
  { B: 32, T: 1, S: 196, A: 512, D: 512 },
] as const;
/** Twenty of the first at once, as gradients of what steps share are made. */
const ALL = { B: 16, T: 20, S: 20, A: 128, D: 128 };

const options = { keyFours: true, memoryFours: true };
const additive = (F: number) => STEPS.map((dims) => ({ dims: { ...dims, F }, options }));
const scores = (F: number) => STEPS.map(({ D: _, ...dims }) => ({ dims: { ...dims, F }, options }));
const contexts = STEPS.map(({ A: _, ...dims }) => ({ dims, options, with: ["dContext"] }));
const scaled = STEPS.map((dims) => ({ dims, options, scalars: { scale: 1 } }));

/** The gate of a small captioner, and of one of Xu et al. whose LSTM has 512 units. */
const GATES = [{ dims: { R: 16, Q: 128, D: 512 } }, { dims: { R: 32, Q: 512, D: 2048 } }];

export const benches: KernelBench[] = [
  kernelBench(additiveAttention, additive(0)),
  kernelBench(additiveAttentionBackward, additive(0)),
  kernelBench(additiveScores, scores(0)),
  kernelBench(
    additiveQueryGradient,
    scores(1).map((size) => ({ ...size, with: ["features", "dFeatures"] })),
  ),
  kernelBench(additiveKeyGradients, [{ dims: { B: 16, T: 20, S: 20, A: 128, F: 0 }, options }]),
  kernelBench(attentionVectorGradient, [{ dims: { B: 16, S: 20, V: 128 } }, { dims: { B: 32, S: 196, V: 512 } }]),
  kernelBench(attentionScoreGradient, contexts),
  kernelBench(contextGate, GATES),
  kernelBench(contextGateBackward, GATES),
  kernelBench(dotAttention, [...scaled, { dims: ALL, options, scalars: { scale: 1 } }]),
  kernelBench(
    dotAttentionBackward,
    scaled.map((size) => ({ ...size, with: ["dContext"] })),
  ),
  kernelBench(monotonicAlignment, [{ dims: { B: 16, T: 20, S: 100 } }]),
  kernelBench(monotonicAlignmentBackward, [{ dims: { B: 16, T: 20, S: 100 } }]),
];
