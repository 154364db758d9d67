import type { Call, Commands, Event, Failure, Message, Remote } from "../worker/protocol";

/** What went wrong in the worker, under the name that it had there. */
export class WorkerError extends Error {
  constructor({ name, message }: Failure) {
    super(message);
    this.name = name;
  }
}

/** What the page hears of the worker unasked. */
export interface Hearer {
  /** @param lab the path of the one that the event is of */
  event(event: Event, lab: string): void;
  /** The worker is of no more use, and nothing that is asked of it will be answered. */
  ended(failure: Failure): void;
}

/** Starts the worker. @returns its commands, as functions of the page */
export function startWorker(hearer: Hearer): Remote {
  const worker = new Worker(new URL("../worker/worker.ts", import.meta.url), { type: "module", name: "training" });
  const waiting = new Map<number, { resolve(result: unknown): void; reject(error: Error): void }>();
  let calls = 0;

  worker.addEventListener("message", ({ data }: MessageEvent<Message>) => {
    if ("event" in data) return hearer.event(data.event, data.lab);
    const { reply } = data;
    const asked = waiting.get(reply.id);
    waiting.delete(reply.id);
    if ("failure" in reply) asked?.reject(new WorkerError(reply.failure));
    else asked?.resolve(reply.result);
  });
  worker.addEventListener("error", ({ message }) => {
    const failure = { name: "Error", message: `The training worker stopped: ${message || "it could not be loaded"}.` };
    worker.terminate();
    hearer.ended(failure);
    for (const { reject } of waiting.values()) reject(new WorkerError(failure));
    waiting.clear();
  });

  const call = (command: keyof Commands, args: readonly unknown[]): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const id = ++calls;
      waiting.set(id, { resolve, reject });
      worker.postMessage({ id, command, args } satisfies Call);
    });
  return new Proxy({} as Remote, {
    get:
      (_, command: keyof Commands) =>
      (...args: readonly unknown[]) =>
        call(command, args),
  });
}
