import { tensor } from "@unroll/nn";
import type { EncoderDecoder } from "@unroll/seq2seq";
import type { Vocabularies } from "./pair";

/** A way to go on that was looked at. */
export interface BeamNode {
  readonly symbol: string;
  /** Place of what it goes on from among the nodes of the step before; −1 in the first step. */
  readonly parent: number;
  /** Of the symbol, after what came before it. */
  readonly probability: number;
  /** ln of the probability of all symbols so far. */
  readonly total: number;
  /** `kept` is a beam of the next step, `ended` is finished, `dropped` is not gone on with. */
  readonly fate: "kept" | "ended" | "dropped";
}

/** Of each step the ways to go on that were looked at, the likeliest first. */
export type BeamTree = readonly (readonly BeamNode[])[];

interface Beam {
  readonly ids: readonly number[];
  readonly total: number;
  readonly node: number;
}

/**
 * Beam search as `beamSearch` does it, one step after another and with an eye on all that it looks at: for pictures. Where
 * that keeps its beams on the device, this reads the probabilities of every step back, and runs the decoder over whole
 * beginnings.
 */
export async function traceBeams<S>(
  model: EncoderDecoder<S>,
  { source, target }: Vocabularies,
  symbols: readonly string[],
  { beam, longest }: { readonly beam: number; readonly longest: number },
): Promise<BeamTree> {
  const V = target.size;
  const T = longest + 1; // the end too
  const ids = source.encode(symbols);
  const rows = new Int32Array(beam * ids.length);
  for (let row = 0; row < beam; row++) rows.set(ids, row * ids.length);
  const read = { source: tensor(rows, { shape: [beam, ids.length] }) };

  const tree: BeamNode[][] = [];
  const finished: number[] = [];
  let beams: Beam[] = [{ ids: [], total: 0, node: -1 }];
  for (let t = 0; t < T && beams.length > 0; t++) {
    const written = new Int32Array(beam * T).fill(model.endId);
    for (const [row, { ids: made }] of beams.entries()) written.set(made, row * T);
    const logits = model.forward({ ...read, target: tensor(written, { shape: [beam, T] }) });
    const values = await logits.data();
    logits.dispose();

    const ways = beams.flatMap((from, row) => {
      const logs = logSoftmax(values.subarray((row * T + t) * V, (row * T + t + 1) * V));
      return logs.flatMap((log, id) => {
        const isOpen = id !== model.startId && (t < longest || id === model.endId);
        return isOpen ? [{ from, id, log, total: from.total + log }] : [];
      });
    });
    ways.sort((one, other) => other.total - one.total);
    const next: Beam[] = [];
    const nodes = ways.slice(0, 2 * beam).map(({ from, id, log, total }, rank): BeamNode => {
      const isEnd = id === model.endId;
      const fate = isEnd ? (rank < beam ? "ended" : "dropped") : next.length < beam ? "kept" : "dropped";
      if (fate === "kept") next.push({ ids: [...from.ids, id], total, node: rank });
      if (fate === "ended") finished.push(total);
      const symbol = isEnd ? "end" : (target.decode([id])[0] ?? "");
      return { symbol, parent: from.node, probability: Math.exp(log), total, fate };
    });
    tree.push(nodes);
    const isOver = finished.length >= beam && !next.some(({ total }) => total > Math.max(...finished));
    beams = isOver ? [] : next;
  }
  return tree;
}

function logSoftmax(logits: ArrayLike<number>): number[] {
  const list = Array.from(logits);
  const most = Math.max(...list);
  const sum = list.reduce((so, logit) => so + Math.exp(logit - most), 0);
  return list.map((logit) => logit - most - Math.log(sum));
}

/** Places of the nodes of the likeliest sequence that ended, step by step; none if none did. */
export function bestPath(tree: BeamTree): number[] {
  let best: { step: number; place: number; total: number } | null = null;
  for (const [step, nodes] of tree.entries()) {
    for (const [place, { fate, total }] of nodes.entries()) {
      if (fate === "ended" && (!best || total > best.total)) best = { step, place, total };
    }
  }
  if (!best) return [];
  const path: number[] = [];
  for (let { step, place } = best; step >= 0; step--) {
    path.unshift(place);
    place = tree[step]?.[place]?.parent ?? -1;
  }
  return path;
}
