import { expectKnown, expectOneOf, type Generator, ModuleBuffer } from "@unroll/nn";
import type { AttentionMask } from "../masks/mask";
import { alibi, alibiSlopes } from "./alibi";
import { LearnedPositions } from "./learned";
import { RotaryPositions } from "./rotary";
import { SinusoidalPositions } from "./sinusoidal";

/** How a model tells places apart. */
export type Positions = "learned" | "sinusoidal" | "rotary" | "alibi" | "none";

/** What a scheme of positions does to a Transformer: one of the three, or nothing. */
export interface PositionScheme {
  /** Added to the vectors that the first layer reads. */
  readonly added: LearnedPositions | SinusoidalPositions | null;
  /** Turns queries and keys of each layer. */
  readonly rotary: RotaryPositions | undefined;
  /** Added to the scores of each layer. */
  readonly mask: AttentionMask | undefined;
}

export interface PositionSchemeOptions {
  /** Features of each step. */
  size: number;
  heads: number;
  /** Features of each head; size / heads by default. */
  headSize?: number | undefined;
  /** Places of a learned table; 512 by default. */
  length?: number | undefined;
  rng: Generator;
}

/** The parts of a scheme by its name. @throws ValueError if there is none of that name */
export function positionScheme(where: string, positions: Positions, options: PositionSchemeOptions): PositionScheme {
  expectKnown(where, options, ["size", "heads", "headSize", "length", "rng"]);
  const { size, heads, headSize = size / heads, length = 512, rng } = options;
  expectOneOf(where, { positions }, ["learned", "sinusoidal", "rotary", "alibi", "none"]);
  const none = { added: null, rotary: undefined, mask: undefined };
  if (positions === "learned") return { ...none, added: new LearnedPositions(length, size, { rng }) };
  if (positions === "sinusoidal") return { ...none, added: new SinusoidalPositions(size) };
  if (positions === "rotary") return { ...none, rotary: new RotaryPositions(headSize) };
  if (positions === "alibi") {
    return { ...none, mask: alibi(new ModuleBuffer(Float32Array.from(alibiSlopes(heads)), [heads])) };
  }
  return none;
}
