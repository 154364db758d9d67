import { expectOptions, expectWhole } from "../checks";
import { LoaderError } from "../errors";
import { buffersOf, isReply, isRequest, type Port, type Reply } from "./port";

/**
 * In a worker: makes batches as `batchesFrom` asks for them. Typed arrays within a batch are moved to the page and not
 * copied, so each batch must be made of new ones; a source that gives the same array twice can copy with `transfer: false`.
 *
 * @param source what makes the batches, plain records of typed arrays, numbers and texts; it is read no further than asked
 * @param port such as `self` in a worker of a page
 */
export function serveBatches(
  source: AsyncIterable<unknown> | Iterable<unknown>,
  port: Port,
  options: { transfer?: boolean } = {},
): void {
  expectOptions(LoaderError, "serveBatches", options, ["transfer"]);
  const { transfer = true } = options;
  const iterator = Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]();
  let last: Promise<void> = Promise.resolve();
  let isDone = false;
  const reply = (message: Reply): void => {
    isDone ||= message.unroll !== "item";
    port.postMessage(message, { transfer: transfer ? buffersOf(message) : [] });
  };
  const makeOne = async (): Promise<void> => {
    if (isDone) return reply({ unroll: "end" }); // to a loop that begins where another has come to the end
    try {
      const next = await iterator.next();
      reply(next.done ? { unroll: "end" } : { unroll: "item", item: next.value });
    } catch (cause) {
      const error = cause instanceof Error ? cause : new Error(String(cause));
      reply({ unroll: "error", name: error.name, message: error.message });
    }
  };
  const close = async (): Promise<void> => {
    if (isDone) return;
    isDone = true;
    await iterator.return?.();
  };
  port.addEventListener("message", ({ data }) => {
    if (!isRequest(data)) return; // the port may serve other messages too
    for (let count = 0; count < data.count; count++) last = last.then(makeOne);
    if (data.count === 0) last = last.then(close);
  });
  port.start?.();
}

/**
 * In the page: the batches that a worker makes by `serveBatches`, in their order, with up to `ahead` of them made or on
 * their way while one is worked on. Leaving the loop early closes the worker's source; the worker itself goes on, and is
 * ended by who started it.
 *
 * @param port such as `new Worker(new URL("./batches.ts", import.meta.url), { type: "module" })`
 * @param options.ahead 2 when absent
 * @throws LoaderError if the source throws; its name and message are told
 */
export function batchesFrom<Batch>(
  port: Port,
  options: { ahead?: number } = {},
): AsyncGenerator<Batch, void, undefined> {
  expectOptions(LoaderError, "batchesFrom", options, ["ahead"]);
  const { ahead = 2 } = options;
  expectWhole(LoaderError, "batchesFrom", { ahead });
  return receiving<Batch>(port, ahead);
}

async function* receiving<Batch>(port: Port, ahead: number): AsyncGenerator<Batch, void, undefined> {
  const arrived: Reply[] = [];
  let wake = (): void => undefined;
  const listener = (event: Event): void => {
    const failure = workerFailure(event);
    if (failure) arrived.push(failure);
    else if ("data" in event && isReply(event.data)) arrived.push(event.data);
    wake();
  };
  const want = (count: number): void => port.postMessage({ unroll: "want", count }, { transfer: [] });
  port.addEventListener("message", listener);
  listenToErrors(port, listener, true);
  port.start?.();
  let isOpen = true;
  try {
    want(ahead);
    for (;;) {
      while (arrived.length === 0) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      const next = arrived.shift();
      isOpen = next?.unroll === "item";
      if (next?.unroll === "error") throw sourceError(next);
      if (next?.unroll !== "item") return;
      want(1);
      yield next.item as Batch; // what the caller says its worker makes
    }
  } finally {
    port.removeEventListener("message", listener);
    listenToErrors(port, listener, false);
    if (isOpen) want(0);
  }
}

/** A worker tells by an event of its own that its script cannot be loaded, or threw outside of the source. */
function listenToErrors(port: Port, listener: (event: Event) => void, listen: boolean): void {
  if (!(port instanceof EventTarget)) return;
  for (const type of ["error", "messageerror"]) {
    if (listen) port.addEventListener(type, listener);
    else port.removeEventListener(type, listener);
  }
}

function workerFailure(event: Event): Reply | undefined {
  if (event.type === "message") return undefined;
  const message = "message" in event && typeof event.message === "string" ? event.message : "";
  return { unroll: "error", name: event.type, message: message || "its script could not be loaded or run" };
}

function sourceError({ name, message }: { name: string; message: string }): LoaderError {
  return new LoaderError({
    where: "batchesFrom",
    expected: "batches from the worker",
    actual: `${name}: ${message.replace(/\.$/, "")}`,
    remedy: "Run the source in the page itself to see where it throws.",
  });
}
