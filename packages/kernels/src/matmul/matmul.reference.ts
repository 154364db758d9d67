import { activationSlope, activationValue } from "../wgsl/activation";
import type { MatmulDims, MatmulOptions } from "./definition";

/** What of a call decides the numbers. */
type Meaning = Pick<MatmulOptions, "transposeA" | "transposeB" | "activation">;

export interface MatmulInputs {
  readonly a: Float64Array;
  readonly b: Float64Array;
  readonly bias?: Float64Array | undefined;
}

/** C[z] = act(op(A[z]) · op(B[z]) + bias) and sumA[z, m] = Σ_k op(A)[z, m, k], in float64. */
export function matmulReference(dims: MatmulDims, options: Meaning, { a, b, bias }: MatmulInputs) {
  const { Z, M, N, K } = dims;
  const c = new Float64Array(Z * M * N);
  const sumA = new Float64Array(Z * M);
  for (let z = 0; z < Z; z++) {
    for (let m = 0; m < M; m++) {
      for (let k = 0; k < K; k++) sumA[z * M + m] = at(sumA, z * M + m) + at(a, indexA(dims, options, z, m, k));
      for (let n = 0; n < N; n++) {
        let sum = bias ? at(bias, n) : 0;
        for (let k = 0; k < K; k++)
          sum += at(a, indexA(dims, options, z, m, k)) * at(b, indexB(dims, options, z, k, n));
        c[(z * M + m) * N + n] = activationValue(options.activation, sum);
      }
    }
  }
  return { c, sumA };
}

/**
 * Gradients for those of C and sumA. With δ = dC·act′: op(dA) = δ·op(B)ᵀ + dsumA, op(dB) = op(A)ᵀ·δ, dbias = Σ_{z,m} δ;
 * a matrix that several z share gathers from all of them.
 */
export function matmulReferenceBackward(
  dims: MatmulDims,
  options: Meaning,
  inputs: MatmulInputs,
  { dc, dSumA }: { dc: Float64Array; dSumA: Float64Array },
) {
  const { Z, M, N, K } = dims;
  const { a, b } = inputs;
  const { c } = matmulReference(dims, options, inputs);
  const da = new Float64Array(a.length);
  const db = new Float64Array(b.length);
  const dBias = new Float64Array(N);
  for (let z = 0; z < Z; z++) {
    for (let m = 0; m < M; m++) {
      for (let k = 0; k < K; k++) add(da, indexA(dims, options, z, m, k), at(dSumA, z * M + m));
      for (let n = 0; n < N; n++) {
        const index = (z * M + m) * N + n;
        const delta = at(dc, index) * activationSlope(options.activation, at(c, index));
        add(dBias, n, delta);
        for (let k = 0; k < K; k++) {
          const inA = indexA(dims, options, z, m, k);
          const inB = indexB(dims, options, z, k, n);
          add(da, inA, delta * at(b, inB));
          add(db, inB, delta * at(a, inA));
        }
      }
    }
  }
  return { da, db, dBias };
}

function indexA({ strideA, lda }: MatmulDims, { transposeA }: Meaning, z: number, m: number, k: number): number {
  return z * strideA + (transposeA ? k * lda + m : m * lda + k);
}

function indexB({ strideB, ldb }: MatmulDims, { transposeB }: Meaning, z: number, k: number, n: number): number {
  return z * strideB + (transposeB ? n * ldb + k : k * ldb + n);
}

function at(array: Float64Array, index: number): number {
  const value = array[index];
  if (value === undefined) throw new RangeError(`Index ${index} is past the ${array.length} elements.`);
  return value;
}

function add(array: Float64Array, index: number, value: number): void {
  array[index] = at(array, index) + value;
}
