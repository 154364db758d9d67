import { rotary as rotaryKernel, ShapeError, ValueError } from "@unroll/kernels";
import {
  cast,
  defineOp,
  expectDType,
  expectExtent,
  expectKnown,
  expectShape,
  formatShape,
  Module,
  ModuleBuffer,
  run,
  scalar,
  Tensor,
} from "@unroll/nn";
import { expectPlaces, expectRoom, type PlaceOptions, placesFrom } from "./places";

interface Attributes {
  readonly dims: Readonly<Record<"B" | "T" | "P" | "strideB" | "N" | "D" | "R", number>>;
  readonly interleaved: boolean;
  readonly offset: ReturnType<typeof scalar>;
}
type Tables = { readonly cosines: Tensor; readonly sines: Tensor; readonly places: Tensor | undefined };

const turned = defineOp<{ x: Tensor } & Tables, Attributes, { y: Tensor }, Tables>({
  name: "rotary",
  forward: ({ x, ...tables }, attributes) => ({ out: { y: turn(x, tables, attributes, 1) }, saved: tables }),
  // A rotation's transpose is that by the angle turned round; the tables are constants.
  backward: ({ y: dy }, tables, _, attributes) => (dy ? { x: turn(dy, tables, attributes, -1) } : {}),
});

function turn(x: Tensor, tables: Tables, { dims, interleaved, offset }: Attributes, by: number): Tensor {
  const call = {
    dims,
    options: { interleaved },
    scalars: { offset, turn: by },
    shapes: { y: x.shape },
    dtypes: { y: x.dtype },
  };
  return run(rotaryKernel, { x, ...tables }, call).y;
}

/** How `rotate` turns. */
export interface RotateOptions {
  /** Heads N that lie side by side in the features. */
  heads: number;
  /** Pairs are neighbours (2i, 2i + 1); otherwise halves of the turned features (i, i + R/2). False by default. */
  interleaved?: boolean;
  /** Row of the tables for each step, u32 or i32 [B, T]. */
  places?: Tensor | undefined;
  /** Row of the first step where there are no `places`; 0 by default. */
  offset?: number;
}

/**
 * Rotary position embedding with tables of one's own (Su et al. 2021, eq. 34): pair i of each head is turned by the angle
 * of its row in the tables. Features past the tables' stay as they are.
 * @param x [B, T, N·D]
 * @param cosines [P, R/2] for P places, or [B, T, R/2]; R ≤ D of each head's features are turned
 * @param sines of the same shape
 * @returns [B, T, N·D]
 * @throws ShapeError if the shapes do not fit; ValueError if the sequence has more steps than the tables have rows
 */
export function rotate(x: Tensor, cosines: Tensor, sines: Tensor, options: RotateOptions): Tensor {
  const where = "rotate";
  expectKnown(where, options, ["heads", "interleaved", "places", "offset"]);
  const { heads: N, interleaved = false, places, offset = 0 } = options;
  expectDType(where, { x }, "f32", "f16");
  expectDType(where, { cosines, sines }, "f32");
  const { B, T, F } = expectShape(where, { x }, ["B", "T", "F"]) as { B: number; T: number; F: number };
  expectShape(where, { sines }, cosines.shape, "A sine for each cosine.");
  const R = 2 * (cosines.shape.at(-1) ?? 0);
  const isPerRow = cosines.rank === 3 && cosines.shape[0] === B && cosines.shape[1] === T;
  if (F % expectExtent(where, { heads: N }) !== 0 || R > F / N || R === 0 || !(isPerRow || cosines.rank === 2)) {
    const expected = `[P, R/2] or ${formatShape([B, T, "R/2"])}, with R at most the ${F / N} features of a head`;
    throw new ShapeError({ where, what: "cosines", expected, received: formatShape(cosines.shape) });
  }
  if (places) expectShape(where, { places }, [B, T]);
  const P = isPerRow ? B * T : (cosines.shape[0] as number);
  if (!places && !isPerRow) expectRoom(where, P, T, offset, "Make the tables longer.");
  const dims = { B, T, P, strideB: isPerRow ? T : 0, N, D: F / N, R };
  const rows = places && cast(places, "u32");
  return turned({ x, cosines, sines, places: rows }, { dims, interleaved, offset: scalar(offset) }).y;
}

export interface RotaryOptions {
  /** The angles of pair i are p·base^(−2i/R); 10,000 by default. */
  base?: number;
  /** Pairs are neighbours, as in the paper and GPT-J; by default halves, as in GPT-NeoX and Llama. */
  interleaved?: boolean;
  /** R: features of a head that are turned, an even number; all by default. */
  rotated?: number;
  /** Places for which the tables are made at first; they grow where a longer sequence comes. 512 by default. */
  length?: number;
}

/**
 * Positions that turn queries and keys rather than being added to what comes in: the score of two depends on their
 * distance alone (Su et al., RoFormer, 2021). `MultiHeadAttention` takes one as `rotary`.
 */
export class RotaryPositions extends Module {
  readonly headSize: number;
  readonly rotated: number;
  readonly base: number;
  readonly interleaved: boolean;
  #tables: { readonly cosines: Tensor; readonly sines: Tensor };

  /** @throws ValueError if a size is not a positive whole number, or `rotated` is odd or more than headSize */
  constructor(headSize: number, options: RotaryOptions = {}) {
    super();
    expectKnown("RotaryPositions", options, ["base", "length", "interleaved", "rotated"]);
    const { base = 10_000, interleaved = false, rotated = headSize, length = 512 } = options;
    this.headSize = expectExtent("RotaryPositions", { headSize });
    expectExtent("RotaryPositions", { length });
    if (!(Number.isInteger(rotated) && rotated > 0 && rotated <= headSize && rotated % 2 === 0)) {
      const expected = `an even number up to headSize, ${headSize}`;
      throw new ValueError({ where: "RotaryPositions", what: "rotated", expected, received: String(rotated) });
    }
    this.rotated = rotated;
    this.base = base;
    this.interleaved = interleaved;
    this.#tables = this.#make(length);
  }

  /**
   * @param x queries or keys [B, T, N·headSize], heads side by side
   * @returns [B, T, N·headSize]
   * @throws ShapeError if the features are not those of whole heads
   */
  forward(x: Tensor, options: PlaceOptions = {}): Tensor {
    const where = "RotaryPositions.forward";
    const F = x.shape.at(-1) ?? 0;
    if (x.rank !== 3 || F % this.headSize !== 0) {
      const expected = `[B, T, a multiple of headSize, ${this.headSize}]`;
      throw new ShapeError({ where, what: "x", expected, received: formatShape(x.shape) });
    }
    const { T, offset, before } = expectPlaces(where, x, F, options);
    this.reserve(before + T);
    const { cosines, sines } = this.#tables;
    return rotate(x, cosines, sines, {
      heads: F / this.headSize,
      interleaved: this.interleaved,
      ...(offset instanceof Tensor ? { places: placesFrom(offset, T) } : { offset }),
    });
  }

  /** Makes the tables long enough for sequences of `length` steps: needed only where an offset is known to the device alone. */
  reserve(length: number): void {
    const [known = 0] = this.#tables.cosines.shape;
    if (length > known) this.#tables = this.#make(Math.max(length, 2 * known));
  }

  #make(length: number): { readonly cosines: Tensor; readonly sines: Tensor } {
    const half = this.rotated / 2;
    const angles = Float64Array.from(
      { length: length * half },
      (_, at) => Math.floor(at / half) * this.base ** ((-2 * (at % half)) / this.rotated),
    );
    const table = (f: (angle: number) => number): Tensor =>
      new ModuleBuffer(Float32Array.from(angles, f), [length, half]);
    return { cosines: table(Math.cos), sines: table(Math.sin) };
  }
}
