import { beamSelect, constrain } from "@unroll/kernels";
import {
  add,
  arange,
  where as choose,
  clamp,
  concat,
  equal,
  gather,
  log,
  mul,
  reshape,
  run,
  scalar,
  sum,
  type Tensor,
  tensor,
} from "@unroll/nn";
import { expectPlaces, expectVocabulary, ordersOf, type Settings } from "./options";
import { expectRows, leavesOf, mapLeaves } from "./state";
import { expectResult, logProbabilitiesOf, type SearchStep, weightsOf } from "./step";

/** The tokens that each row might go on with, best first: log-probabilities and ids [R, M]. */
export type Choose = (logProbabilities: Tensor) => { readonly values: Tensor; readonly ids: Tensor };

/** What passes from step to step on the device. */
export interface Rows<S> {
  readonly tokens: Tensor; //              [R] u32
  readonly beams: Tensor; //               [B, 2, K]: see `beamSelect`
  readonly state: S;
  readonly history: Tensor | undefined; // [R, L] u32, with n-grams to block
  readonly covered: Tensor | undefined; // [R, S], with a coverage penalty
}

/** A place that was attended to by less than this counts as attended to by this much: there is no ln 0. */
const LEAST_COVERAGE = 1e-10;

/** Records the steps of a search as tensor operations. */
export class Recorder<S> {
  readonly #step: SearchStep<S>;
  readonly #settings: Settings;
  readonly #choose: Choose;
  readonly #own = new Set<Tensor>();
  /** For each leaf of the state, whether no step has changed it: it is then the same for all beams of a source. */
  #unchanged: boolean[] | undefined;
  #places: number | undefined;
  /** Steps that the model has places for. */
  #left = Number.POSITIVE_INFINITY;
  #barred: Tensor | undefined;
  #inSource: Tensor | undefined;

  constructor(step: SearchStep<S>, settings: Settings, choose: Choose) {
    this.#step = step;
    this.#settings = settings;
    this.#choose = choose;
  }

  /** Places of a source that weights have, once they were seen. */
  get places(): number | undefined {
    return this.#places;
  }

  /** Whether a tensor was made by the steps recorded last, so that nobody else holds it. */
  makes(leaf: Tensor): boolean {
    return this.#own.has(leaf);
  }

  /** Whether a beam may come from another's row: not in a group of one. */
  get #moves(): boolean {
    return this.#settings.beams > this.#settings.groups;
  }

  /**
   * Records the first step, and throws it away: what is wrong with a model is said before the device works.
   * @throws ShapeError, ValueError if what it gives does not fit, or lacks what the options need
   */
  expectSound({ tokens, state }: Rows<S>): void {
    const { where, sources, beams, weights, coverage } = this.#settings;
    const R = sources * beams;
    const result = expectResult(where, this.#step(state, tokens));
    expectRows(where, "the state that step returned", result.state, R, "Its first axis is that of the tokens.");
    expectVocabulary(this.#settings, logProbabilitiesOf(where, result, R).shape[1] as number);
    expectPlaces(this.#settings, result.stepsLeft ?? Number.POSITIVE_INFINITY);
    if (weights || coverage) weightsOf(where, result, R, undefined);
  }

  /** As many steps as go into a submission, or the model has places for, and what they report, [1, steps·numbers]. */
  record(rows: Rows<S>, done: number): { report: Tensor; after: Rows<S> } {
    this.#own.clear();
    const report: Tensor[] = [];
    let after = rows;
    for (let turn = 0; turn < this.#settings.stepsPerReadback && this.#left > 0; turn++) {
      const before = after;
      after = this.#next(before, done + turn, report);
      this.#claim(before, after);
    }
    return { report: concat(report, 1), after };
  }

  #next({ tokens, beams, state, history, covered }: Rows<S>, made: number, report: Tensor[]): Rows<S> {
    const { where, sources: B, beams: K, groups: G, diversity, wanted, end, weights, coverage } = this.#settings;
    const R = B * K;
    const result = expectResult(where, this.#step(state, tokens));
    expectRows(where, "the state that step returned", result.state, R, "Its first axis is that of the tokens.");
    const logProbabilities = logProbabilitiesOf(where, result, R);
    this.#left = result.stepsLeft ?? Number.POSITIVE_INFINITY;
    const { values, ids } = this.#choose(this.#allowed(logProbabilities, history, made));
    const selected = run(
      beamSelect,
      { logProbabilities: values, ids, before: beams },
      {
        dims: { B, K, G, M: ids.shape[1] as number },
        options: { diverse: G > 1 && diversity > 0 },
        scalars: { end, diversity, wanted },
      },
    );
    const parents = reshape(selected.parents, [R]);
    const follow = (leaf: Tensor): Tensor => (this.#moves ? gather(leaf, parents) : leaf);
    const told = (x: Tensor): void => void report.push(reshape(x, [1, x.size]));
    told(selected.events);
    const attended = weights || coverage ? weightsOf(where, result, R, this.#places) : undefined;
    this.#places = attended?.shape[1];
    if (attended && weights) told(attended);
    const total = attended && coverage ? (covered ? add(covered, attended) : attended) : undefined;
    if (total) told(this.#coverageOf(total));
    const last = reshape(selected.tokens, [R]);
    return {
      tokens: last,
      beams: selected.beams,
      state: this.#followed(state, result.state, follow),
      history: history && appended(follow(history), last, made),
      covered: total && follow(total),
    };
  }

  /** What may follow: −1e30 for what may not. */
  #allowed(logProbabilities: Tensor, history: Tensor | undefined, made: number): Tensor {
    const { ngram, end, suppress } = this.#settings;
    const [R, V] = logProbabilities.shape as [number, number];
    if (suppress.length > 0 && !this.#barred) {
      const barred = new Uint32Array(V);
      for (const token of suppress) barred[token] = 1;
      this.#barred = tensor(barred);
    }
    const orders = tensor(ordersOf(this.#settings, made));
    return run(
      constrain,
      { logProbabilities, orders, barred: this.#barred, history },
      { dims: { R, V, L: history?.shape[1] ?? 0 }, options: { ngram }, scalars: { end, made: scalar(made) } },
    ).allowed;
  }

  /** The state of each new beam: its parent's. A leaf that no step has changed is the same for all of them. */
  #followed(before: S, after: S, follow: (leaf: Tensor) => Tensor): S {
    const old = leavesOf(before);
    const unchanged = this.#unchanged ?? old.map(() => true);
    const next: boolean[] = [];
    const moved = mapLeaves(after, (leaf, place) => {
      const isSame = unchanged[place] === true && leaf === old[place];
      next.push(isSame);
      return isSame ? leaf : follow(leaf);
    });
    this.#unchanged = next;
    return moved;
  }

  /**
   * Notes what the last of two steps made that nobody else can hold: all but leaves of the state that the model gave as
   * they are. Of those a leaf that two steps gave alike is the model's own.
   */
  #claim(before: Rows<S>, after: Rows<S>): void {
    const old = new Set(leavesOf(before));
    this.#own.clear();
    for (const leaf of leavesOf(after)) {
      if (!old.has(leaf) && (this.#moves || !leaf.storage) && leaf.node.kind !== "host") this.#own.add(leaf);
    }
  }

  /** Σᵢ ln min(Σⱼ pᵢⱼ, 1) of each row [R], over the places that its source has. */
  #coverageOf(total: Tensor): Tensor {
    const { sourceLengths, sources, beams } = this.#settings;
    const logs = log(clamp(total, LEAST_COVERAGE, 1));
    if (!sourceLengths) return sum(logs, { axes: [-1] });
    this.#inSource ??= placesInside(sourceLengths, sources, beams, total.shape[1] as number);
    return sum(mul(logs, this.#inSource), { axes: [-1] });
  }
}

/** 1 for the places that a row's source has, 0 for those past its end, [R, S]. */
function placesInside(lengths: readonly number[], sources: number, beams: number, S: number): Tensor {
  const R = sources * beams;
  const inside = Float32Array.from({ length: R * S }, (_, i) =>
    i % S < (lengths[Math.floor(i / S / beams)] as number) ? 1 : 0,
  );
  return tensor(inside, { shape: [R, S] });
}

/** A history [R, L] with a token more at place `made`. */
function appended(history: Tensor, tokens: Tensor, made: number): Tensor {
  const places = arange(history.shape[1] as number, { dtype: "u32" });
  return choose(equal(places, made), reshape(tokens, [tokens.size, 1]), history);
}
