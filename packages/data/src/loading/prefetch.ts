import { expectWhole } from "../checks";
import { LoaderError } from "../errors";

/**
 * Reads a source ahead of its use: while one item is worked on, up to `ahead` further ones are being made. They come in
 * their order; an error of the source comes in its place, behind the items before it. Leaving the loop early ends the
 * source, once what it is working on is done.
 *
 * @param ahead 2 when absent
 * @throws LoaderError if `ahead` is no whole number of at least 1
 */
export function prefetch<Item>(
  source: AsyncIterable<Item> | Iterable<Item>,
  ahead = 2,
): AsyncGenerator<Item, void, undefined> {
  expectWhole(LoaderError, "prefetch", { ahead });
  return prefetching(source, ahead);
}

async function* prefetching<Item>(
  source: AsyncIterable<Item> | Iterable<Item>,
  ahead: number,
): AsyncGenerator<Item, void, undefined> {
  const iterator = Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]();
  const waiting: Promise<Settled<Item>>[] = [];
  let last: Promise<unknown> = Promise.resolve();
  let isDone = false;
  // One after another: a source need not be able to make two items at once.
  const request = (): void => {
    const next = last.then(() => settled(iterator, isDone));
    last = next.then((result) => {
      isDone ||= result.kind !== "item";
    });
    waiting.push(next);
  };
  try {
    for (let count = 0; count < ahead; count++) request();
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const result = await next;
      if (result.kind === "end") return;
      if (result.kind === "error") throw result.error;
      request();
      yield result.item;
    }
  } finally {
    await last;
    if (!isDone) await iterator.return?.();
  }
}

type Settled<Item> = { kind: "item"; item: Item } | { kind: "end" } | { kind: "error"; error: unknown };

/** The next item or what came in its place: a rejection that nobody awaits yet would count as unhandled. */
async function settled<Item>(iterator: AsyncIterator<Item> | Iterator<Item>, isDone: boolean): Promise<Settled<Item>> {
  if (isDone) return { kind: "end" };
  try {
    const result = await iterator.next();
    return result.done ? { kind: "end" } : { kind: "item", item: result.value };
  } catch (error) {
    return { kind: "error", error };
  }
}
