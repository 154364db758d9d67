import { ShapeError } from "@unroll/kernels";
import {
  expectDType,
  expectKnown,
  expectShape,
  formatShape,
  gather,
  lengthsTensor,
  Module,
  reshape,
  stack,
  type Tensor,
  unstack,
} from "@unroll/nn";

/** What an attention remembers from one query to the next: tensors [B, …] by name, none where it remembers nothing. */
export type AttentionState = Readonly<Record<string, Tensor>>;

/** The state of an attention whose weights depend on the query alone. */
export type NoState = Readonly<Record<never, Tensor>>;

/** How much of a memory is there. */
export interface PrepareOptions {
  /** True lengths, one for each row, 0 … S; what lies past them gets no weight. All S count when absent. */
  lengths?: ArrayLike<number> | Tensor | undefined;
}

/**
 * A memory, and what every query will need of it, made once: the projected keys above all. It is a value; the
 * attention keeps nothing. Several decoders may read one, and `selectRows` picks rows of it, as a search does.
 */
export interface PreparedMemory {
  /** What is attended to [B, S, D]: S vectors to a row, D features each. */
  readonly memory: Tensor;
  /** What queries are compared with [B, S, A]: the memory projected, or the memory itself. */
  readonly keys: Tensor;
  /** True lengths [B] of u32. */
  readonly lengths: Tensor | undefined;
  /** Rows and columns of the image whose cells the S vectors are, in reading order. */
  readonly grid: readonly [height: number, width: number] | undefined;
  /** More that belongs to the rows, [B, …] each. */
  readonly rows: Readonly<Record<string, Tensor>>;
  /** Weights brought into the form that each query needs; they belong to no row. */
  readonly weights: Readonly<Record<string, Tensor>>;
  /** Features of the vectors that `withValues` put in the memory's place. */
  readonly valueSize?: number | undefined;
}

/** What a query gets. */
export interface AttentionResult<S extends AttentionState = AttentionState> {
  /** Σ_s weights_s·memory_s: [B, D] for a query of a row, [B, T, D] for T of them; zeros where a row's length is 0. */
  readonly context: Tensor;
  /** How much each vector of the memory counted: [B, S], or [B, T, S]; zeros past a row's length. */
  readonly weights: Tensor;
  /** For the next query. */
  readonly state: S;
}

/** What to do where a memory is not what `prepare` made. */
const OWN_MEMORY = "Pass what prepare of this very attention returned.";

/**
 * Attention over a set of vectors, whatever its score: annotations of a sentence, frames of a sound, cells of an image.
 *
 *   const prepared = attention.prepare(memory, { lengths });        // keys are projected once
 *   let state = attention.initialState(prepared);
 *   for (const query of queries) {                                  // [B, Q], a decoder's step
 *     const attended = attention.attend(query, prepared, state);
 *     state = attended.state;                                       // attended.context [B, D], attended.weights [B, S]
 *   }
 *   attention.attend(allQueries, prepared);                         // or [B, T, Q], all steps at once
 *
 * Where `isSequential`, the weights of a query depend on those before, and T queries take T steps; everywhere else they
 * are one call. Both ways give the same numbers. Gradients flow to queries, memory, state and parameters.
 */
export abstract class Attention<S extends AttentionState = AttentionState> extends Module {
  readonly querySize: number; //  Q, features of a query
  readonly memorySize: number; // D, features of a vector of the memory, and of a context
  /** Whether the weights of a query depend on those of the queries before it. */
  readonly isSequential: boolean = false;

  constructor(querySize: number, memorySize: number) {
    super();
    this.querySize = querySize;
    this.memorySize = memorySize;
  }

  /** Features of a context. */
  get contextSize(): number {
    return this.memorySize;
  }

  /**
   * Takes a memory up: projects its keys, once for all queries.
   * @param memory [B, S, D], or [B, H, W, D]: an image's cells, of which S = H·W
   * @throws ShapeError if it is neither, is empty, or has not a length for each row
   * @throws ValueError if a length is no whole number from 0 to S
   */
  prepare(memory: Tensor, options: PrepareOptions = {}): PreparedMemory {
    const where = `${this.constructor.name}.prepare`;
    expectKnown(where, options, ["lengths"]);
    const { cells, grid } = this.#cellsOf(where, memory);
    const [B, S] = cells.shape as [number, number];
    const known = lengthsTensor(where, options.lengths, { B, T: S }, true);
    return { memory: cells, lengths: known, grid, ...this.prepareKeys(cells, known) };
  }

  /** What belongs to the memory [B, S, D] of all queries. */
  protected abstract prepareKeys(
    memory: Tensor,
    lengths: Tensor | undefined,
  ): Pick<PreparedMemory, "keys" | "rows" | "weights">;

  /** What the first query finds. */
  abstract initialState(prepared: PreparedMemory): S;

  /**
   * What a query, or each of several, finds in the memory.
   * @param query [B, Q], or [B, T, Q]
   * @param state from the query before; `initialState(prepared)` when absent
   * @throws ShapeError if the query is neither, or has not a row for each of the memory's, or the memory was prepared
   * by an attention of other sizes
   */
  attend(query: Tensor, prepared: PreparedMemory, state: S = this.initialState(prepared)): AttentionResult<S> {
    const where = `${this.constructor.name}.attend`;
    const { querySize: Q } = this;
    const D = prepared.valueSize ?? this.memorySize;
    const { B } = expectShape(where, { "the memory": prepared.memory }, ["B", "S", D], OWN_MEMORY) as { B: number };
    expectDType(where, { query }, "f32", "f16");
    const remedy =
      query.shape.at(-1) === Q
        ? `Queries are [${B}, ${Q}], one for each row of the memory, or [${B}, T, ${Q}].`
        : `The last axis must equal querySize: build the attention with querySize ${query.shape.at(-1)}, or project the query to ${Q} features first.`;
    if (query.rank !== 2) {
      const { T } = expectShape(where, { query }, [B, "T", Q], remedy) as { T: number };
      if (T > 1 && this.isSequential) return this.#oneByOne(query, prepared, state);
      return this.attendAll(this.inPrecision(query), prepared, state);
    }
    expectShape(where, { query }, [B, Q], remedy);
    const one = this.attendAll(reshape(this.inPrecision(query), [B, 1, Q]), prepared, state);
    const { context, weights } = one;
    return {
      ...one,
      context: reshape(context, [B, context.shape[2] as number]),
      weights: reshape(weights, [B, weights.shape[2] as number]),
    };
  }

  /** Keys [B, S, A]. @throws ShapeError if they have not `size` features: another attention made them */
  protected keysOf(prepared: PreparedMemory, size: number): Tensor {
    const where = `${this.constructor.name}.attend`;
    expectShape(where, { "the keys": prepared.keys }, ["B", "S", size], OWN_MEMORY);
    return prepared.keys;
  }

  /** The same of queries [B, T, Q], which may be one only where `isSequential`; context [B, T, D], weights [B, T, S]. */
  protected abstract attendAll(query: Tensor, prepared: PreparedMemory, state: S): AttentionResult<S>;

  /** Queries one after another, each finding the state that the one before left. */
  #oneByOne(query: Tensor, prepared: PreparedMemory, state: S): AttentionResult<S> {
    let now = state;
    const steps = unstack(query, 1).map((step) => {
      const attended = this.attend(step, prepared, now);
      now = attended.state;
      return attended;
    });
    return {
      context: stack(
        steps.map(({ context }) => context),
        1,
      ),
      weights: stack(
        steps.map(({ weights }) => weights),
        1,
      ),
      state: now,
    };
  }

  #cellsOf(where: string, memory: Tensor): { cells: Tensor; grid: PreparedMemory["grid"] } {
    const { memorySize: D } = this;
    expectDType(where, { memory }, "f32", "f16");
    const [B = 0, H = 0, W = 0] = memory.shape;
    const isGrid = memory.rank === 4;
    const remedy =
      memory.rank < 3 || memory.rank > 4
        ? "Vectors of a row are [B, S, D]; those of an image, a vector for each cell, [B, H, W, D]."
        : `The last axis must equal memorySize: build the attention with memorySize ${memory.shape.at(-1)}, or project the memory to ${D} features first. Images have their channels last: permute(x, [0, 2, 3, 1]) brings them there.`;
    expectShape(where, { memory }, isGrid ? ["B", "H", "W", D] : ["B", "S", D], remedy);
    if (memory.size === 0) {
      throw new ShapeError({
        where,
        what: "memory",
        expected: "of at least one row and one vector",
        received: formatShape(memory.shape),
        remedy: "Leave empty batches out. A row without vectors beside others has lengths 0.",
      });
    }
    const cells = this.inPrecision(isGrid ? reshape(memory, [B, H * W, D]) : memory);
    return { cells, grid: isGrid ? [H, W] : undefined };
  }
}

/**
 * The same memory, of which contexts are sums of other vectors: c = Σ_s α_s·v_s. A product W·c that a loop over queries
 * wants is the context of the products W·m_s, made once for all queries.
 * @param values v [B, S, O]
 * @throws ShapeError if there is not one for each vector of the memory
 */
export function withValues(prepared: PreparedMemory, values: Tensor): PreparedMemory {
  const [B, S] = prepared.memory.shape as [number, number];
  const { O } = expectShape("withValues", { values }, [B, S, "O"], "One vector for each of the memory's.") as {
    O: number;
  };
  return { ...prepared, memory: values, valueSize: O };
}

/**
 * Rows of a prepared memory, by index: what a beam search reads when it repeats rows, drops them or puts them in order.
 * @param indices [B′] of i32 or u32
 */
export function selectRows(prepared: PreparedMemory, indices: Tensor): PreparedMemory {
  const picked = (tensor: Tensor): Tensor => gather(tensor, indices);
  const { memory, keys, lengths, rows } = prepared;
  const chosen = picked(memory);
  return {
    ...prepared,
    memory: chosen,
    keys: keys === memory ? chosen : picked(keys),
    lengths: lengths && picked(lengths),
    rows: selectState(rows, indices),
  };
}

/** The rows of a state, by index, as `selectRows` picks those of a memory. */
export function selectState<S extends AttentionState>(state: S, indices: Tensor): S {
  return Object.fromEntries(Object.entries(state).map(([name, of]) => [name, gather(of, indices)])) as S;
}
