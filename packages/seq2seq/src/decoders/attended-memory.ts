import { type Attention, type AttentionState, type PreparedMemory, withValues } from "@unroll/attention";
import { linear, matmul, reshape, type Tensor } from "@unroll/nn";
import type { Encoded } from "../encoders";

/** Tensors that all rows and steps read. */
type Shared = Readonly<Record<string, Tensor>>;

/**
 * A memory as a decoder's loop attends to it. What the loop wants of a context c is a product W·c, and
 *   W·Σ_s α_s·m_s = Σ_s α_s·(W·m_s)
 * so the memory is multiplied by W once, and each step's weighted sum is that product.
 */
export interface AttendedMemory {
  /** [B, S, D] */
  readonly memory: Tensor;
  /** W·m [B, S, O] */
  readonly values: Tensor;
  /** [B, S, A] */
  readonly keys: Tensor;
  readonly lengths: Tensor | undefined;
  readonly grid: PreparedMemory["grid"];
  readonly rows: Shared;
  /** What belongs to no row. */
  readonly shared: () => Shared;
}

/** Prepares a memory for queries whose contexts are wanted multiplied by a weight [O, D]. */
export function attendedMemory(
  attention: Attention,
  { memory, lengths, grid }: Encoded,
  weight: Tensor,
): { memory: AttendedMemory; start: AttentionState } {
  const [B, , D] = memory.shape as [number, number, number];
  const prepared = attention.prepare(grid ? reshape(memory, [B, ...grid, D]) : memory, { lengths });
  const { weights, ...rest } = prepared;
  return {
    memory: { ...rest, values: linear(prepared.memory, weight), shared: () => weights },
    start: attention.initialState(prepared),
  };
}

/**
 * What queries find.
 * @param query [B, T, Q]
 * @param what whether contexts are those of the memory or of its values
 */
export function attend(
  attention: Attention,
  query: Tensor,
  { values, shared, ...rest }: AttendedMemory,
  state: AttentionState,
): { product: Tensor; weights: Tensor; state: AttentionState } {
  const prepared = withValues({ ...rest, weights: shared() }, values);
  const { context, weights, state: next } = attention.attend(query, prepared, state);
  return { product: context, weights, state: next };
}

/** Contexts [B, T, D] of weights [B, T, S]. */
export const contextsOf = (weights: Tensor, { memory }: AttendedMemory): Tensor => matmul(weights, memory);
