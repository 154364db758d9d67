import { argmax, crossEntropy, evaluate, type Tensor } from "@unroll/nn";

/** What a model takes some steps or rows for. */
export interface Predictions {
  /** Sum of the cross-entropies in nats, without label smoothing. */
  loss: number;
  /** Targets that count. */
  count: number;
  right: number;
  /** The likeliest class of each, in the order of the targets. */
  predicted: ArrayLike<number>;
}

/** Targets of this value take no part: steps behind the end of a sequence. */
export const IGNORED = -100;

/**
 * Compares logits with the classes they should be likeliest for, in one submission.
 * @param logits [..., V]
 * @param targets [...]; those of `IGNORED` do not count
 */
export async function predictClasses(logits: Tensor, targets: Tensor, known: ArrayLike<number>): Promise<Predictions> {
  const total = crossEntropy(logits, targets, { reduction: "sum", ignoreIndex: IGNORED });
  const likeliest = argmax(logits);
  await evaluate([total, likeliest]);
  const [loss, predicted] = await Promise.all([total.item(), likeliest.data()]);
  total.dispose();
  likeliest.dispose();
  let [count, right] = [0, 0];
  for (let at = 0; at < known.length; at++) {
    if (known[at] === IGNORED) continue;
    count++;
    if (predicted[at] === known[at]) right++;
  }
  return { loss, count, right, predicted };
}

/** Loss for each target and share of those told right, over all batches of a part. */
export async function classScores<Batch>(
  batches: Iterable<Batch>,
  predict: (batch: Batch) => Promise<Predictions>,
): Promise<{ loss: number; accuracy: number }> {
  let [loss, count, right] = [0, 0, 0];
  for (const batch of batches) {
    const predictions = await predict(batch);
    loss += predictions.loss;
    count += predictions.count;
    right += predictions.right;
  }
  return { loss: loss / count, accuracy: right / count };
}
