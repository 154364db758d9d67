import { spanF1 } from "@unroll/data";
import { add, argmax, crossEntropy, evaluate, type Module, type Tensor, tensor } from "@unroll/nn";
import { BucketedPart } from "../learning/bucketed-part";
import type { Learner, Scores } from "../learning/learner";
import { IGNORED } from "../learning/predict-classes";
import { TagDecoder } from "./tag-decoder";

/** A batch of sentences, the tag of each word, and the class of each sentence where there is one. */
export interface SpanBatch<Item, X> {
  items: readonly Item[];
  x: X;
  /** [B], in words. */
  lengths: Uint32Array<ArrayBuffer>;
  /** [B, T], `IGNORED` behind the end of a sentence and where the model does not know the tag. */
  tags: Int32Array<ArrayBuffer>;
  /** [B], `IGNORED` where the model does not know the class; empty where there are none. */
  classes: Int32Array<ArrayBuffer>;
  shape: [rows: number, steps: number];
}

/** Logits of tags [B, T, V], and of classes [B, C] where sentences have one. */
export interface SpanLogits {
  tags: Tensor;
  classes?: Tensor;
}

/** What tells one tagger of spans from another. */
export interface SpanTaggerDefinition<Item, X> {
  model: Module;
  forward(x: X, lengths: Uint32Array<ArrayBuffer>): SpanLogits;
  /** The tags that there are, in the scheme BIO. */
  tags: readonly string[];
  /** Those of an item; their number is its length. */
  tagsOf(item: Item): readonly string[];
  /** The classes of whole sentences, where they have one. */
  classes?: { names: readonly string[]; of(item: Item): string };
  /** The inputs of a batch, padded to `length` steps. */
  encode(items: readonly Item[], length: number): X;
  batch: number;
  /** Lengths are rounded up to a multiple of this. */
  multiple: number;
  labelSmoothing: number;
}

/**
 * Learns the tags of spans, and a class of each sentence beside them where there is one, with one loss:
 *   L = mean over words of −log p(tag) + mean over sentences of −log p(class)
 * It is scored by the F1 of spans, as conlleval counts it, and by the share of right classes. A tag or a class of another
 * file that was not trained on is never predicted, and so counts as wrong; it takes no part in the loss.
 */
export function spanTagger<Item, X>(definition: SpanTaggerDefinition<Item, X>): Learner<Item, SpanBatch<Item, X>> {
  const { model, forward, tagsOf, classes, encode, batch, multiple, labelSmoothing } = definition;
  const [tagIds, classIds] = [idsOf(definition.tags), idsOf(classes?.names ?? [])];
  const decoder = new TagDecoder(definition.tags);

  function batchOf(items: readonly Item[], length: number): SpanBatch<Item, X> {
    const tags = new Int32Array(items.length * length).fill(IGNORED);
    for (const [row, item] of items.entries()) {
      for (const [at, tag] of tagsOf(item).entries()) tags[row * length + at] = tagIds.get(tag) ?? IGNORED;
    }
    return {
      items,
      x: encode(items, length),
      lengths: Uint32Array.from(items, (item) => tagsOf(item).length),
      tags,
      classes: Int32Array.from(classes ? items : [], (item) => classIds.get(classes?.of(item) ?? "") ?? IGNORED),
      shape: [items.length, length],
    };
  }

  /** The losses of tags and classes. */
  function lossesOf({ tags, classes: of, shape }: SpanBatch<Item, X>, logits: SpanLogits, options: LossOptions) {
    const all = { ...options, ignoreIndex: IGNORED };
    const losses = [crossEntropy(logits.tags, tensor(tags, { shape }), all)];
    if (logits.classes) losses.push(crossEntropy(logits.classes, tensor(of), all));
    return losses;
  }

  /** Adds what a batch is taken for. */
  async function predict(spans: SpanBatch<Item, X>, totals: Totals): Promise<void> {
    const logits = forward(spans.x, spans.lengths);
    const losses = lossesOf(spans, logits, { reduction: "sum" });
    const guess = logits.classes && argmax(logits.classes);
    const made = [logits.tags, ...losses, ...(guess ? [guess] : [])];
    await evaluate(made);
    const [scores, guessed, nats] = await Promise.all([
      logits.tags.data(),
      guess?.data(),
      Promise.all(losses.map((loss) => loss.item())),
    ]);
    for (const tensor of made) tensor.dispose();
    totals.tags.add(nats[0] ?? 0, spans.tags);
    totals.classes.add(nats[1] ?? 0, spans.classes);
    const [rowSize, V] = [scores.length / spans.items.length, definition.tags.length];
    for (const [row, item] of spans.items.entries()) {
      const T = tagsOf(item).length;
      totals.predicted.push(decoder.decode(scores.subarray(row * rowSize, row * rowSize + T * V), T));
      totals.expected.push(tagsOf(item));
      if (guessed && classes?.names[guessed[row] ?? -1] === classes?.of(item)) totals.right++;
    }
  }

  return {
    model,
    monitor: { metric: "f1", better: "higher" },
    part: (items) =>
      new BucketedPart<SpanBatch<Item, X>>({
        lengths: items.map((item) => tagsOf(item).length),
        size: batch,
        multiple,
        batchOf: (rows, length) =>
          batchOf(
            Array.from(rows, (row) => items[row] as Item), // rows are positions of items
            length,
          ),
      }),
    loss(spans) {
      const losses = lossesOf(spans, forward(spans.x, spans.lengths), { labelSmoothing });
      return losses.reduce((sum, loss) => add(sum, loss));
    },
    async score(part) {
      const totals = new Totals();
      for (const spans of part.batches()) await predict(spans, totals);
      return totals.scores(classes !== undefined);
    },
  };
}

type LossOptions = { reduction?: "sum"; labelSmoothing?: number };

const idsOf = (names: readonly string[]) => new Map(names.map((name, id) => [name, id]));

/** A mean over targets that count. */
class Mean {
  #sum = 0;
  #count = 0;

  add(sum: number, targets: Int32Array): void {
    this.#sum += sum;
    for (const target of targets) if (target !== IGNORED) this.#count++;
  }

  get value(): number {
    return this.#count === 0 ? 0 : this.#sum / this.#count;
  }
}

/** What a part is scored by. */
class Totals {
  readonly predicted: string[][] = [];
  readonly expected: (readonly string[])[] = [];
  readonly tags = new Mean();
  readonly classes = new Mean();
  /** Sentences whose class is right. */
  right = 0;

  scores(hasClasses: boolean): Scores {
    const { precision, recall, f1 } = spanF1(this.predicted, this.expected);
    const scores = { loss: this.tags.value + this.classes.value, f1, precision, recall };
    return hasClasses ? { ...scores, classAccuracy: this.right / this.expected.length } : scores;
  }
}
