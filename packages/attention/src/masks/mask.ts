import { DTypeError, ShapeError, ValueError } from "@unroll/kernels";
import {
  add,
  cast,
  elementwise,
  expectDType,
  expectKnown,
  formatShape,
  maximum,
  minimum,
  reshape,
  Tensor,
  tensor,
} from "@unroll/nn";
import { MASKED } from "../masked";

/**
 * Which keys each query may attend to, and what is added to their scores: a value, made by `paddingMask`, `causalMask`,
 * `booleanMask`, `additiveMask` and `alibi`, and combined with `and`. It depends on no sizes but those of its tensors.
 */
export interface AttentionMask {
  /** Whether a query at place i sees only the keys 0 … i. */
  readonly causal: boolean;
  /** Place of the first query among the keys: a number, or one for each row of the batch [B]; 0 where absent. */
  readonly offset: number | Tensor | undefined;
  /** Keys of each row that take part, from the first on: u32 [B]. */
  readonly lengths: Tensor | undefined;
  /** bool, true where a key takes part; broadcasts to [B, N, T, S]. */
  readonly allowed: Tensor | undefined;
  /** Added to the scores; broadcasts to [B, N, T, S]. A key at or below −1e29 takes no part. */
  readonly bias: Tensor | undefined;
  /** By how much each head's scores fall with the distance |i − s| between query and key: [N]. */
  readonly slopes: Tensor | undefined;
}

const OPEN: AttentionMask = {
  causal: false,
  offset: undefined,
  lengths: undefined,
  allowed: undefined,
  bias: undefined,
  slopes: undefined,
};

/**
 * Keys past the end of their row take no part.
 * @param lengths true lengths in steps, one for each row of the batch; 0 is a row without keys, whose output is zeros
 * @throws ValueError if a length is no whole number of at least 0
 */
export function paddingMask(lengths: ArrayLike<number> | Tensor): AttentionMask {
  if (lengths instanceof Tensor) {
    if (lengths.dtype !== "u32" || lengths.rank !== 1) {
      const received = `${lengths.dtype} ${formatShape(lengths.shape)}`;
      throw new DTypeError({ where: "paddingMask", what: "lengths", expected: "u32 [B]", received });
    }
    return { ...OPEN, lengths };
  }
  for (let row = 0; row < lengths.length; row++) {
    const length = lengths[row] as number;
    if (Number.isInteger(length) && length >= 0) continue;
    throw new ValueError({
      where: "paddingMask",
      what: `lengths[${row}]`,
      expected: "a whole number of at least 0",
      received: String(length),
    });
  }
  return { ...OPEN, lengths: tensor(Uint32Array.from(lengths), { name: "lengths" }) };
}

/**
 * A query sees the keys up to its own place and none after it.
 * @param options.offset place of the first query: how many keys came before, as when decoding from a cache. A number, or
 *   whole numbers [B] of u32 or i32, one for each row
 * @throws ValueError if it is no whole number
 */
export function causalMask(options: { offset?: number | Tensor } = {}): AttentionMask {
  expectKnown("causalMask", options, ["offset"]);
  const { offset } = options;
  return { ...OPEN, causal: true, offset: checkedOffset("causalMask", offset) };
}

/**
 * A mask of one's own: true, or 1, where the key takes part. (PyTorch's boolean masks are true where it does not.)
 * @param allowed bool, i32 or u32 of [T, S], [B, T, S] or [B, N, T, S], any extent 1 where it is the same for all
 */
export function booleanMask(allowed: Tensor): AttentionMask {
  if (!["bool", "i32", "u32"].includes(allowed.dtype)) {
    throw new DTypeError({
      where: "booleanMask",
      what: "allowed",
      expected: "bool, i32 or u32",
      received: allowed.dtype,
      remedy: "Numbers that are added to the scores are an additiveMask.",
    });
  }
  return {
    ...OPEN,
    allowed: fourAxes("booleanMask", "allowed", allowed.dtype === "bool" ? allowed : cast(allowed, "bool")),
  };
}

/**
 * Numbers that are added to the scores before the softmax; at or below −1e29 the key takes no part. Gradients flow to
 * them, so a learned bias may be one: making its gradient stores all scores once.
 * @param bias [T, S], [B, T, S] or [B, N, T, S], any extent 1 where it is the same for all
 */
export function additiveMask(bias: Tensor): AttentionMask {
  if (bias.dtype !== "f32") {
    throw new DTypeError({ where: "additiveMask", what: "bias", expected: "f32", received: bias.dtype });
  }
  return { ...OPEN, bias: fourAxes("additiveMask", "bias", bias) };
}

/** The slopes of an `alibi` as part of a mask. */
export function distanceMask(slopes: Tensor, offset: number | Tensor | undefined): AttentionMask {
  expectDType("alibi", { slopes }, "f32", "f16");
  return { ...OPEN, slopes, offset: checkedOffset("alibi", offset) };
}

/**
 * All of them at once: a key takes part where each mask lets it, and biases add up.
 * @throws ValueError if two say where the first query lies, and differ, or two have slopes
 */
export function and(...masks: readonly AttentionMask[]): AttentionMask {
  expectMasks("and", ...masks);
  return masks.reduce(both, OPEN);
}

/** @throws ValueError if a mask is something else, such as a tensor */
export function expectMasks(where: string, ...masks: readonly AttentionMask[]): void {
  const other = masks.find((mask) => typeof mask !== "object" || !("causal" in Object(mask)));
  if (other === undefined) return;
  const [expected, remedy] = ["made by causalMask, say", "Of a tensor make a booleanMask."];
  throw new ValueError({ where, what: "mask", expected, received: String(other).slice(0, 24), remedy });
}

function both(a: AttentionMask, b: AttentionMask): AttentionMask {
  if (a.slopes && b.slopes) {
    const received = "two masks with slopes";
    throw new ValueError({ where: "and", what: "the masks", expected: "one alibi at most", received });
  }
  return {
    causal: a.causal || b.causal,
    offset: oneOffset(a.offset, b.offset),
    lengths: either(a.lengths, b.lengths, minimum),
    allowed: either(a.allowed, b.allowed, (x, y) => elementwise("and", [x, y])),
    bias: either(a.bias, b.bias, (x, y) => maximum(add(x, y), MASKED)),
    slopes: a.slopes ?? b.slopes,
  };
}

const either = <T>(a: T | undefined, b: T | undefined, combine: (a: T, b: T) => T): T | undefined =>
  a === undefined || b === undefined ? (a ?? b) : combine(a, b);

function oneOffset(a: number | Tensor | undefined, b: number | Tensor | undefined): number | Tensor | undefined {
  if (a === undefined || b === undefined || a === b) return a ?? b;
  throw new ValueError({
    where: "and",
    what: "offset",
    expected: "the same in all masks that have one",
    received: `${a instanceof Tensor ? "a tensor" : a} and ${b instanceof Tensor ? "a tensor" : b}`,
  });
}

/** The mask for queries that begin at another place. */
export function withOffset(mask: AttentionMask, offset: number | Tensor): AttentionMask {
  return { ...mask, offset };
}

/** A query's place is an i32, which counts on from the offset. */
const FARTHEST = 2 ** 30;

function checkedOffset(where: string, offset: number | Tensor | undefined): number | Tensor | undefined {
  if (offset === undefined) return offset;
  if (typeof offset === "number" && Number.isInteger(offset) && Math.abs(offset) <= FARTHEST) return offset;
  if (offset instanceof Tensor && (offset.dtype === "u32" || offset.dtype === "i32") && offset.rank === 1)
    return offset;
  throw new ValueError({
    where,
    what: "offset",
    expected: "a whole number from −2^30 to 2^30, or u32 or i32 [B]",
    received: String(offset),
  });
}

/** A tensor over [B, N, T, S], where N and B may have been left out. */
function fourAxes(where: string, what: string, x: Tensor): Tensor {
  const { shape } = x;
  if (x.rank === 4) return x;
  if (x.rank === 3) return reshape(x, [shape[0] as number, 1, ...shape.slice(1)]);
  if (x.rank === 2) return reshape(x, [1, 1, ...shape]);
  throw new ShapeError({
    where,
    what,
    expected: "[T, S], [B, T, S] or [B, N, T, S]",
    received: formatShape(shape),
    remedy: "Put an axis of extent 1 where it is the same for all.",
  });
}
