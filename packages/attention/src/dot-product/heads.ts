import { ShapeError, ValueError } from "@unroll/kernels";
import {
  expectDType,
  expectExtent,
  expectKnown,
  expectShape,
  formatShape,
  type Generator,
  hostValues,
  type Tensor,
} from "@unroll/nn";
import { expectDivisor } from "../expect-divisor";
import { featuresOfHead } from "../head-features";
import { type AttentionMask, expectMasks } from "../masks/mask";

/** How scaled dot-product attention is meant. */
export interface DotProductOptions {
  /** N: heads of the queries. */
  heads: number;
  /** M, a divisor of N: heads of keys and values, each shared by N/M heads of queries (Ainslie et al. 2023); N by default. */
  keyHeads?: number;
  mask?: AttentionMask | undefined;
  /** 1/√D by default. */
  scale?: number;
  /** Bounds the scores, c·tanh(score/c), before the mask; 0, for no bound, by default. */
  softcap?: number;
  /** Probability that a weight is dropped, the others being scaled by 1/(1 − p); 0 by default. */
  dropout?: number;
  /** What dropout draws from. */
  rng?: Generator;
}

/** Sizes of one call. */
export interface HeadSizes {
  readonly B: number;
  readonly T: number;
  readonly S: number;
  readonly N: number;
  readonly M: number;
  readonly D: number;
  readonly E: number;
}

/**
 * The sizes of q [B, T, N·D], k [B, S, M·D] and v [B, S, M·E], checked with those of the mask.
 * @throws ShapeError, ValueError if they do not fit
 */
export function headSizes(where: string, q: Tensor, k: Tensor, v: Tensor, options: DotProductOptions): HeadSizes {
  expectKnown(where, options, ["heads", "keyHeads", "mask", "scale", "softcap", "dropout", "rng"]);
  const { heads: N, keyHeads: M = N } = options;
  expectExtent(where, { heads: N });
  expectDivisor(where, { keyHeads: M }, { heads: N });
  expectNumbers(where, options);
  expectDType(where, { q, k, v }, "f32", "f16");
  const { B, T } = expectShape(where, { q }, ["B", "T", "QF"]) as { B: number; T: number };
  const D = featuresOfHead(where, { q }, { heads: N });
  const remedy = `A key has as many features as a query: ${M} heads of ${D}.`;
  const { S } = expectShape(where, { k }, [B, "S", M * D], remedy) as { S: number };
  expectShape(where, { v }, [B, S, "VF"], "A value for each key.");
  const E = featuresOfHead(where, { v }, { keyHeads: M }, "S");
  if (Math.min(T, S, D, E) === 0) {
    const received = `${formatShape(q.shape)} and ${formatShape(v.shape)}`;
    throw new ShapeError({ where, what: "q and v", expected: "of at least one step and feature", received });
  }
  const sizes = { B, T, S, N, M, D, E };
  if (options.mask) expectMask(where, options.mask, sizes);
  return sizes;
}

/** @throws ValueError if a number among the options is out of its range */
export function expectNumbers(
  where: string,
  { scale = 1, softcap = 0, dropout = 0 }: Pick<DotProductOptions, "scale" | "softcap" | "dropout">,
): void {
  const checks = [
    { what: "scale", value: scale, isFine: Number.isFinite(scale), expected: "a finite number" },
    {
      what: "softcap",
      value: softcap,
      isFine: softcap >= 0 && Number.isFinite(softcap),
      expected: "finite, 0 or more",
    },
    {
      what: "dropout",
      value: dropout,
      isFine: Number.isFinite(dropout) && dropout >= 0 && dropout < 1,
      expected: "at least 0 and less than 1",
    },
  ];
  for (const { what, value, isFine, expected } of checks) {
    if (!isFine) throw new ValueError({ where, what, expected, received: String(value) });
  }
}

/** @throws ShapeError if a part of the mask does not broadcast to [B, N, T, S]; ValueError if a length on the host is longer than the keys */
function expectMask(where: string, mask: AttentionMask, sizes: HeadSizes): void {
  expectMasks(where, mask);
  const { lengths, offset, allowed, bias, slopes } = mask;
  const { B, N, T, S } = sizes;
  if (lengths) {
    expectShape(where, { "mask.lengths": lengths }, [B], "One length for each row of the batch.");
    for (const [row, length] of (hostValues(lengths) ?? []).entries()) {
      if (length <= S) continue;
      const expected = `at most ${S}, as many keys as there are,`;
      throw new ValueError({ where, what: `mask.lengths[${row}]`, expected, received: String(length) });
    }
  }
  if (typeof offset === "object")
    expectShape(where, { "mask.offset": offset }, [B], "One offset for each row of the batch.");
  if (slopes) expectShape(where, { "mask.slopes": slopes }, [N], "One slope for each head of the queries.");
  for (const [what, part] of Object.entries({ "mask.allowed": allowed, "mask.bias": bias })) {
    if (!part || [B, N, T, S].every((extent, axis) => part.shape[axis] === extent || part.shape[axis] === 1)) continue;
    throw new ShapeError({
      where,
      what,
      expected: `${formatShape([B, N, T, S])}, rows, heads, queries and keys, or 1 in place of any`,
      received: formatShape(part.shape),
    });
  }
}
