import type { Call, Commands, Event, Failure, Message, Remote } from "../worker/protocol";

/** What went wrong in the worker, under the name that it had there. */
export class WorkerError extends Error {
  constructor({ name, message }: Failure) {
    super(message);
    this.name = name;
  }
}

/** What the page hears of a worker unasked. */
export interface Hearer {
  event(event: Event): void;
  /** The worker is of no more use, and nothing that is asked of it will be answered. */
  failed(failure: Failure): void;
}

/** The worker of a lab, as the page has it. */
export interface LabWorker {
  /** Its commands, as functions of the page. */
  readonly remote: Remote;
  /**
   * Nothing is heard of it any more. What it learned is kept before it ends; one that did not open its lab yet, or begins
   * it anew, has nothing to keep, and ends at once.
   */
  end(): Promise<void>;
}

/**
 * @param lab the path of its folder under pages/
 * @param address where its worker lies
 */
export function startWorker(lab: string, address: string, hearer: Hearer): LabWorker {
  const worker = new Worker(address, { type: "module", name: lab });
  const waiting = new Map<number, { resolve(result: unknown): void; reject(error: Error): void }>();
  let calls = 0;
  let isOpen = false;
  let isLeft = false;

  const terminate = (failure: Failure): void => {
    worker.terminate();
    for (const { reject } of waiting.values()) reject(new WorkerError(failure));
    waiting.clear();
  };
  worker.addEventListener("message", ({ data }: MessageEvent<Message>) => {
    if ("event" in data) {
      if (!isLeft) hearer.event(data.event);
      return;
    }
    const { reply } = data;
    const asked = waiting.get(reply.id);
    waiting.delete(reply.id);
    if ("failure" in reply) asked?.reject(new WorkerError(reply.failure));
    else asked?.resolve(reply.result);
  });
  worker.addEventListener("error", ({ message }) => {
    const failure = { name: "Error", message: `The training worker stopped: ${message || "it could not be loaded"}.` };
    if (!isLeft) hearer.failed(failure);
    terminate(failure);
  });

  const call = async (command: keyof Commands, args: readonly unknown[]): Promise<unknown> => {
    const isMade = command === "open" || command === "reset";
    if (isMade) isOpen = false;
    try {
      return await new Promise((resolve, reject) => {
        const id = ++calls;
        waiting.set(id, { resolve, reject });
        worker.postMessage({ id, command, args } satisfies Call);
      });
    } finally {
      if (isMade) isOpen = true; // after a reset that failed too: what was there before goes on
    }
  };
  const remote = new Proxy({} as Remote, {
    get:
      (_, command: keyof Commands) =>
      (...args: readonly unknown[]) =>
        call(command, args),
  });
  const end = async (): Promise<void> => {
    isLeft = true;
    if (isOpen) await remote.close().catch((error) => console.error(error)); // the visitor is on another page
    terminate({ name: "Error", message: "The page was left." });
  };
  return { remote, end };
}
