import { add, gather, mul, reshape, type Tensor, tensor } from "@unroll/nn";
import { seededRandom } from "@unroll/testing";
import type { SearchStep } from "../search";
import type { Attention, Speaker } from "../search/search.reference";

/** A model that is a table: what it says follows from a node, and the node from the one before and the token. */
export interface Table {
  readonly V: number;
  readonly nodes: number;
  /** [nodes, V] as f32. */
  readonly logProbabilities: Float32Array<ArrayBuffer>;
  /** [nodes, V] */
  readonly next: Uint32Array<ArrayBuffer>;
  /** [nodes, S]: how much each place of the source is attended to. */
  readonly weights: Float32Array<ArrayBuffer>;
  readonly S: number;
}

/**
 * A table of random probabilities.
 * @param options.steps if given, the logarithms of probabilities are multiples of 1/steps, so that many are equal
 */
export function randomTable(
  { V, nodes, S = 1 }: { V: number; nodes: number; S?: number },
  { seed, sharpness = 2, steps = 0 }: { seed: number; sharpness?: number; steps?: number },
): Table {
  const random = seededRandom(seed);
  const logProbabilities = new Float32Array(nodes * V);
  const weights = new Float32Array(nodes * S);
  for (let node = 0; node < nodes; node++) {
    const logits = Array.from({ length: V }, () => sharpness * random() * random());
    const total = Math.log(logits.reduce((sum, x) => sum + Math.exp(x), 0));
    for (const [v, x] of logits.entries()) {
      logProbabilities[node * V + v] = steps > 0 ? Math.round((x - total) * steps) / steps : x - total;
    }
    const parts = Array.from({ length: S }, () => random() ** 3);
    const whole = parts.reduce((a, b) => a + b, 0);
    weights.set(
      parts.map((part) => part / whole),
      node * S,
    );
  }
  const next = Uint32Array.from({ length: nodes * V }, () => Math.floor(random() * nodes));
  return { V, nodes, S, logProbabilities, next, weights };
}

export type TableState = { readonly node: Tensor };

/** What search calls: the node after each token, from the node of each source. The start leads from a source to its node. */
export function stepOf({ V, nodes, S, logProbabilities, next, weights }: Table, start: number): SearchStep<TableState> {
  const said = tensor(logProbabilities, { shape: [nodes, V], allowNonFinite: true });
  const attended = tensor(weights, { shape: [nodes, S] });
  const after = tensor(
    Uint32Array.from({ length: nodes * (V + 1) }, (_, i) => {
      const [node, token] = [Math.floor(i / (V + 1)), i % (V + 1)];
      return token === start ? node : (next[node * V + token] as number);
    }),
  );
  return (state, tokens) => {
    const node = gather(after, add(mul(state.node, V + 1), reshape(tokens, [tokens.size])));
    return { logProbabilities: gather(said, node), weights: gather(attended, node), state: { node } };
  };
}

/** Source b starts at node b. */
export const stateOf = (sources: number): TableState => ({
  node: tensor(Uint32Array.from({ length: sources }, (_, b) => b)),
});

const nodeAfter = ({ V, next }: Table, source: number, tokens: readonly number[]): number =>
  tokens.reduce((node, token) => next[node * V + token] as number, source);

export const speakerOf =
  (table: Table): Speaker =>
  (source, tokens) => {
    const node = nodeAfter(table, source, tokens);
    return table.logProbabilities.subarray(node * table.V, (node + 1) * table.V);
  };

export const attentionOf =
  (table: Table): Attention =>
  (source, tokens) => {
    const node = nodeAfter(table, source, tokens);
    return Array.from(table.weights.subarray(node * table.S, (node + 1) * table.S));
  };
