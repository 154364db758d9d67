import { ShapeError, ValueError } from "@unroll/kernels";
import { expectExtent } from "../modules/options";
import { categorical, type DrawOptions, expectDrawOptions } from "../ops/categorical";
import { concat } from "../ops/concat";
import { argmax } from "../ops/reduce";
import { reshape } from "../ops/reshape";
import { evaluate } from "../plan/evaluate";
import { Generator, sharedGenerator } from "../random/generator";
import { refuseValue } from "../tensor/kind";
import { expectKnown } from "../tensor/known-options";
import { type Tensor, tensor } from "../tensor/tensor";
import { tensorsOf } from "../tensor/tree";
import { detachState } from "../train/truncated";
import type { ModelState } from "./cells";

/** How tokens are made one after another. */
export interface GenerateOptions extends DrawOptions {
  /** Tokens to make at most. */
  length: number;
  /** Takes the most probable token each time, the lowest of equals; nothing is drawn. False by default. */
  greedy?: boolean;
  /** Draws what this seed draws, each time it is called. In place of `rng`. */
  seed?: number | undefined;
  /** A token, or several, at which a row ends; it is not part of what is returned. */
  stop?: number | readonly number[];
  /** Tokens made in each submission and read back at once, 16 or more: 32 by default, or 16 where no more are wanted. */
  perSubmission?: number;
}

/** `GenerateOptions` with what stands for those left out. */
export interface Drawing {
  readonly length: number;
  readonly next: (logits: Tensor) => Tensor;
  readonly stop: ReadonlySet<number>;
  readonly perSubmission: number;
}

/** A step of a model that makes tokens: from the last tokens [B] and the state, logits [B, V] and the state after them. */
export type TokenStep<S = ModelState> = (
  tokens: Tensor,
  state: S | undefined,
) => { readonly logits: Tensor; readonly state: S };

/** Tokens to a submission: fewer, and the wait for each readback would cost more than the work. */
const LEAST = 16;

const KNOWN = ["length", "greedy", "temperature", "topK", "topP", "seed", "rng", "stop", "perSubmission"];

/**
 * @param V tokens that there are
 * @throws ValueError if an option is out of range, or options contradict each other
 */
export function expectDrawing(where: string, V: number, options: GenerateOptions): Drawing {
  expectKnown(where, options, KNOWN);
  const { length, greedy = false, seed, rng, stop = [], perSubmission = length > LEAST ? 2 * LEAST : LEAST } = options;
  expectExtent(where, { length });
  const draws = expectDrawOptions(where, options);
  const chosen = (["temperature", "topK", "topP", "seed", "rng"] as const).filter(
    (name) => options[name] !== undefined,
  );
  if (greedy && chosen.length > 0) {
    const received = `greedy: true beside ${chosen.join(", ")}`;
    throw new ValueError({ where, what: "the options", expected: "greedy: true, or how to draw", received });
  }
  if (seed !== undefined && rng) {
    throw new ValueError({ where, what: "the options", expected: "seed or rng", received: "both" });
  }
  if (!Number.isInteger(perSubmission) || perSubmission < LEAST) {
    const expected = `a whole number from ${LEAST}`;
    refuseValue(where, { perSubmission }, expected);
  }
  const ends = typeof stop === "number" ? [stop] : stop;
  for (const token of ends) expectToken(where, "stop", token, V);
  const source = seed === undefined ? (rng ?? sharedGenerator()) : new Generator(seed);
  return {
    length,
    next: greedy ? (logits) => argmax(logits) : (logits) => categorical(logits, { ...draws, rng: source }),
    stop: new Set(ends),
    perSubmission,
  };
}

/** @throws ValueError unless a token is one of V */
export function expectToken(where: string, what: string, token: number, V: number): void {
  if (Number.isInteger(token) && token >= 0 && token < V) return;
  throw new ValueError({ where, what, expected: `a token from 0 to ${V - 1}`, received: String(token) });
}

/**
 * The prompts of a batch, as lists.
 * @throws ShapeError if there are none; ValueError if one is empty, no list, or has a token that there is none of
 */
export function expectPrompts(where: string, prompts: readonly ArrayLike<number>[], V: number): number[][] {
  if (!Array.isArray(prompts)) refuseValue(where, { prompts }, "an array of prompts");
  if (prompts.length === 0) {
    throw new ShapeError({ where, what: "prompts", expected: "at least one", received: "none" });
  }
  return prompts.map((prompt: ArrayLike<number>, row) => {
    const what = prompts.length === 1 ? "the prompt" : `prompts[${row}]`;
    if (typeof Object(prompt).length !== "number") {
      const remedy = "Of a tensor pass what its data() gives.";
      refuseValue(where, { [what]: prompt }, "a list of tokens", remedy);
    }
    const tokens = Array.from(prompt);
    if (tokens.length === 0) {
      throw new ValueError({
        where,
        what,
        expected: "at least one token",
        received: "empty",
        remedy: "Begin with the token that begins texts, or with one that often does.",
      });
    }
    for (const token of tokens) expectToken(where, "the prompt", token, V);
    return tokens;
  });
}

/**
 * Makes tokens, `perSubmission` to a submission: each is chosen on the device and fed back there, within one graph, and
 * only when all of them are made are they read. The state never leaves the device. The last submission makes as many as
 * the others, so that one plan serves them all; what is too much is dropped.
 * @param first the token of each row that comes before
 * @param state to start from, computed already: a tensor, or records and lists of them
 * @returns for each row what it made up to a stop token
 */
export async function drawTokens<S = ModelState>(
  step: TokenStep<S>,
  first: readonly number[],
  state: S | undefined,
  { length, next, stop, perSubmission }: Drawing,
): Promise<number[][]> {
  const B = first.length;
  const rows: number[][] = first.map(() => []);
  const ended = new Set<number>();
  let last = [...first];
  let held: S | undefined = state;
  for (let made = 0; made < length && ended.size < B; made += perSubmission) {
    let tokens = tensor(Uint32Array.from(last));
    let now: S | undefined = held && detachState(held);
    const columns: Tensor[] = [];
    for (let turn = 0; turn < perSubmission; turn++) {
      const { logits, state: after } = step(tokens, now);
      tokens = next(logits);
      now = after;
      columns.push(reshape(tokens, [B, 1]));
    }
    const all = concat(columns, 1);
    const after = now as S;
    await evaluate([all, ...tensorsOf(after)]);
    for (const old of held ? tensorsOf(held) : []) old.dispose();
    held = after;
    const ids = await all.data();
    all.dispose();
    for (const [row, list] of rows.entries()) {
      for (const token of ids.subarray(row * perSubmission, (row + 1) * perSubmission)) {
        if (stop.has(token)) ended.add(row);
        if (ended.has(row) || list.length === length) break;
        list.push(token);
      }
    }
    last = first.map((_, row) => ids[(row + 1) * perSubmission - 1] as number);
  }
  for (const old of held ? tensorsOf(held) : []) old.dispose();
  return rows;
}
