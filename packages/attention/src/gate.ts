import {
  constant,
  expectDType,
  expectExtent,
  expectKnown,
  expectShape,
  type Generator,
  linear,
  Module,
  type Parameter,
  parameter,
  reshape,
  sharedGenerator,
  sigmoid,
  type Tensor,
  uniform,
} from "@unroll/nn";
import { gatedRows } from "./ops/context-gate";

/** What makes a gate of a query. */
export interface GateWeights {
  /** w [1, Q] */
  readonly weight: Tensor;
  /** b [1] */
  readonly bias: Tensor;
}

/**
 * A context, as much of it as a gate of the query lets through: see `ContextGate`. One dispatch, and one backward.
 * @param query [..., Q]
 * @param context [..., D]
 * @returns β·c [..., D] of the dtype of the context
 * @throws ShapeError if the query is not of the weight's features, or there is not one for each context
 */
export function gatedContext(query: Tensor, context: Tensor, { weight, bias }: GateWeights): Tensor {
  const where = "gatedContext";
  expectDType(where, { query, context }, "f32", "f16");
  const { Q } = expectShape(where, { weight }, [1, "Q"]) as { Q: number };
  const outer = query.shape.slice(0, -1);
  expectShape(where, { query }, [...outer, Q], "The gate's weight says how many features a query has.");
  expectShape(where, { context }, [...outer, "D"], "There is a context for each query.");
  const D = context.shape.at(-1) as number;
  const R = outer.reduce((a, b) => a * b, 1);
  const y = gatedRows(reshape(query, [R, Q]), reshape(context, [R, D]), { weight, bias });
  return reshape(y, context.shape);
}

/**
 * How much a decoder relies on what it looks at, β_t = σ(w·h_{t−1} + b), one number for all features (Xu et al. 2015,
 * section 4.2.1): the context is β_t·Σ_s α_ts·m_s. With it, they say, attention puts more emphasis on objects.
 */
export class ContextGate extends Module {
  readonly querySize: number; //   Q
  readonly weight: Parameter; //   w [1, Q]
  readonly bias: Parameter; //     b [1], 0 at first
  readonly hasTorchParameters = true; // those of nn.Linear(Q, 1)

  /** @throws ValueError if the size is not a positive whole number */
  constructor(querySize: number, options: { rng?: Generator } = {}) {
    super();
    const { rng = sharedGenerator() } = expectKnown("ContextGate", options, ["rng"]);
    this.querySize = expectExtent("ContextGate", { querySize });
    this.weight = parameter(uniform([1, querySize], 1 / Math.sqrt(querySize), rng));
    this.bias = parameter(constant([1], 0));
  }

  /** What `gatedContext` takes. */
  get weights(): GateWeights {
    return { weight: this.inPrecision(this.weight), bias: this.inPrecision(this.bias) };
  }

  /**
   * @param query [..., Q]
   * @returns β [..., 1]
   */
  forward(query: Tensor): Tensor {
    const { weight, bias } = this.weights;
    return sigmoid(linear(this.inPrecision(query), weight, bias));
  }
}
