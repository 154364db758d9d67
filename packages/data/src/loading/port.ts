/**
 * One end of a channel between threads: a `Worker` as the page holds it, the global scope within one, or a `MessagePort`,
 * which Node has too.
 */
export interface Port {
  postMessage(message: unknown, options: { transfer: ArrayBuffer[] }): void;
  addEventListener(type: "message", listener: (event: MessageEvent) => void): void;
  removeEventListener(type: "message", listener: (event: MessageEvent) => void): void;
  /** Only message ports have, and need, it. */
  start?(): void;
}

/** Page to worker: that many more batches are wanted; 0 closes the source. */
export interface Request {
  unroll: "want";
  count: number;
}

/** Worker to page, one for each batch that was wanted. */
export type Reply =
  | { unroll: "item"; item: unknown }
  | { unroll: "end" }
  | { unroll: "error"; name: string; message: string };

const KINDS = ["item", "end", "error"];

export function isRequest(message: unknown): message is Request {
  return isMessage(message) && message.unroll === "want" && typeof message.count === "number";
}

export function isReply(message: unknown): message is Reply {
  return isMessage(message) && typeof message.unroll === "string" && KINDS.includes(message.unroll);
}

function isMessage(message: unknown): message is { unroll?: unknown; count?: unknown } {
  return typeof message === "object" && message !== null;
}

/** The buffers of all typed arrays in a value, each once: they move to the other thread instead of being copied. */
export function buffersOf(value: unknown): ArrayBuffer[] {
  const found = new Set<ArrayBuffer>();
  const seen = new Set<object>();
  const stack = [value];
  for (let top = stack.pop(); stack.length > 0 || top !== undefined; top = stack.pop()) {
    if (typeof top !== "object" || top === null || seen.has(top)) continue;
    seen.add(top);
    if (top instanceof ArrayBuffer) found.add(top);
    else if (ArrayBuffer.isView(top)) {
      if (top.buffer instanceof ArrayBuffer) found.add(top.buffer);
    } else for (const inner of Object.values(top)) stack.push(inner); // one by one: arguments are limited
  }
  return [...found];
}
