import { beforeEach, expect, test, vi } from "vitest";
import type { Call, Event as LabEvent, Opened, Point } from "../worker/protocol";

/** A worker that answers when, and what, the test says. */
class FakeWorker extends EventTarget {
  readonly calls: Call[] = [];
  isTerminated = false;

  postMessage(call: Call): void {
    this.calls.push(call);
  }

  terminate(): void {
    this.isTerminated = true;
  }

  #say(data: unknown): Promise<void> {
    this.dispatchEvent(new MessageEvent("message", { data }));
    return new Promise((resolve) => setTimeout(resolve)); // until the page has heard of it
  }

  tell(event: LabEvent): Promise<void> {
    return this.#say({ event });
  }

  /** Answers what was asked as the number `at`. */
  answer(at: number, result: unknown): Promise<void> {
    return this.#say({ reply: { id: this.calls[at]?.id, result } });
  }

  refuse(at: number, message: string): Promise<void> {
    return this.#say({ reply: { id: this.calls[at]?.id, failure: { name: "Error", message } } });
  }
}

const opened = (picture: string): Opened => ({
  values: {},
  history: [],
  isNew: true,
  isRunning: false,
  parameters: 1,
  device: "none",
  exports: [],
  picture,
});

const [FIRST, SECOND] = ["first", "second"] as const;

/** Those that were started, the newest last. */
let workers: FakeWorker[];
const newest = (): FakeWorker => workers.at(-1) as FakeWorker;
const commandsOf = ({ calls }: FakeWorker): readonly string[] => calls.map(({ command }) => command);

/** A page's lab, with no worker yet. */
async function newLab() {
  vi.resetModules();
  workers = [];
  vi.stubGlobal("Worker", function Worker() {
    workers.push(new FakeWorker());
    return newest();
  });
  return (await import("./lab")).lab;
}

let lab: Awaited<ReturnType<typeof newLab>>;
beforeEach(async () => {
  lab = await newLab();
});

/** Asks for a lab. @returns its worker, which was asked to open it unless another is to be left first */
async function ask(path: string): Promise<FakeWorker> {
  void lab.open(path, `${path}.js`);
  await new Promise((resolve) => setTimeout(resolve));
  return newest();
}

/** A lab that is open. @returns its worker */
async function openLab(): Promise<FakeWorker> {
  const worker = await ask(FIRST);
  await worker.answer(0, opened("of the first"));
  return worker;
}

test("every lab has a worker of its own, which ends when what it learned is kept", async () => {
  const first = await openLab();
  const second = await ask(SECOND);
  expect(second).not.toBe(first);
  expect([commandsOf(first), first.isTerminated]).toEqual([["open", "close"], false]);
  expect(commandsOf(second)).toEqual([]); // it may be the same lab, which goes on from what is kept just now
  await first.answer(1, undefined);
  expect(first.isTerminated).toBe(true);
  expect(commandsOf(second)).toEqual(["open"]);
  await second.answer(0, opened("of the second"));
  expect(lab.picture.value).toBe("of the second");
  const closed = lab.close();
  await second.answer(1, undefined);
  await closed;
  expect([second.isTerminated, workers.length]).toEqual([true, 2]);
});

test("a lab that is left before it is open keeps nobody waiting", async () => {
  const first = await ask(FIRST);
  const second = await ask(SECOND);
  const again = await ask(FIRST);
  expect([first, second].map(({ isTerminated }) => isTerminated)).toEqual([true, true]);
  expect(workers).toEqual([first, second, again]);
  await first.answer(0, opened("of the first"));
  expect([lab.status.value, lab.picture.value]).toEqual(["opening", null]);
  await again.answer(0, opened("of the first, again"));
  expect([lab.status.value, lab.picture.value]).toEqual(["ready", "of the first, again"]);
});

test("it is ready again once what it learned is kept, and asked meanwhile", async () => {
  const worker = await openLab();
  void lab.start();
  await worker.answer(1, undefined);
  void lab.pause();
  expect([lab.status.value, lab.isOpen.value]).toEqual(["pausing", true]);
  await worker.answer(2, undefined);
  expect(lab.status.value).toBe("ready");
  void lab.start();
  await worker.answer(3, undefined);
  void lab.pause();
  await worker.tell({ kind: "lost", failure: { name: "DeviceLostError", message: "gone" } });
  await worker.answer(4, undefined);
  expect(lab.status.value).toBe("recovering");
});

test("one that cannot keep what it learned when it is left does not stop the next", async () => {
  const said = vi.spyOn(console, "error").mockImplementation(() => undefined);
  const first = await openLab();
  const second = await ask(SECOND);
  await first.refuse(1, "no room");
  expect(first.isTerminated).toBe(true);
  expect(said.mock.calls).toMatchObject([[{ message: "no room" }]]);
  said.mockRestore();
  await second.answer(0, opened("of the second"));
  expect([lab.status.value, lab.failure.value]).toEqual(["ready", null]);
});

test("a lab that is left while it begins anew keeps nobody waiting, and says nothing to the one that is seen", async () => {
  const first = await openLab();
  void lab.ask("what?");
  void lab.reset({});
  await first.answer(1, "that"); // asked before
  const second = await ask(SECOND);
  expect([commandsOf(first), first.isTerminated]).toEqual([["open", "ask", "reset"], true]);
  expect(commandsOf(second)).toEqual(["open"]);
  await first.answer(2, opened("of the first, anew"));
  expect([lab.status.value, lab.picture.value, lab.failure.value]).toEqual(["opening", null, null]);
  await second.answer(0, opened("of the second"));
  expect(lab.picture.value).toBe("of the second");
});

test("one that could not begin anew goes on, and is kept when it is left", async () => {
  const first = await openLab();
  void lab.reset({});
  await first.refuse(1, "no");
  await ask(SECOND);
  expect([commandsOf(first), first.isTerminated]).toEqual([["open", "reset", "close"], false]);
});

test("a page that is opened has not the settings of the one before", async () => {
  const first = await ask(FIRST);
  await first.answer(0, { ...opened("of the first"), values: { steps: 12 } });
  expect(lab.values.value).toEqual({ steps: 12 });
  void lab.open(SECOND, `${SECOND}.js`);
  expect(lab.values.value).toEqual({});
});

test("a failure of the page that was left is not shown", async () => {
  const first = await openLab();
  void lab.reset({});
  void lab.open(SECOND, `${SECOND}.js`);
  await first.refuse(1, "no");
  expect(lab.failure.value).toBeNull();
  expect(lab.status.value).toBe("opening");
});

test("what the page asks by itself puts away that there was no answer before, and no other failure", async () => {
  const worker = await openLab();
  void lab.ask("what?", "page");
  await worker.refuse(1, "not that");
  expect(lab.failure.value?.message).toBe("not that");
  void lab.ask("this?", "page");
  await worker.answer(2, "that");
  expect(lab.failure.value).toBeNull();

  void lab.load(new Blob());
  await vi.waitFor(() => expect(worker.calls).toHaveLength(4));
  await worker.refuse(3, "no file of weights");
  void lab.ask("this?", "page");
  await worker.answer(4, "that");
  expect(lab.failure.value?.message).toBe("no file of weights");
  void lab.ask("this?"); // the visitor goes on
  await worker.answer(5, "that");
  expect(lab.failure.value).toBeNull();
});

test("a question that fails does not end what the lab is doing", async () => {
  const worker = await openLab();
  void lab.reset({});
  void lab.ask("what?");
  await worker.refuse(2, "nobody is here");
  expect(lab.status.value).toBe("opening");
  await worker.answer(1, opened("anew"));
  expect(lab.status.value).toBe("ready");
});

test("what cannot be started does not seem to run", async () => {
  const worker = await openLab();
  void lab.start();
  await worker.refuse(1, "no");
  expect(lab.status.value).toBe("ready");
});

test("a changed setting is applied by the first start, and not by a later one", async () => {
  const worker = await openLab();
  lab.draft.value = { values: { steps: 3 }, isSound: true };
  void lab.start();
  await worker.answer(1, { ...opened("of three steps"), values: { steps: 3 } });
  expect(worker.calls.map(({ command }) => command)).toEqual(["open", "reset", "start"]);
  expect(lab.status.value).toBe("running");
  await worker.tell({
    kind: "progress",
    points: [{ step: 1, loss: 2, score: null }],
    cost: { stepsPerSecond: 1, dispatchesPerStep: 1, bytes: 1 },
  });
  lab.draft.value = { values: { steps: 4 }, isSound: true };
  void lab.start();
  expect(worker.calls.at(-1)?.command).toBe("start");
});

test("settings with a fault start nothing, and those that make no model neither", async () => {
  const worker = await openLab();
  lab.draft.value = { values: { steps: -1 }, isSound: false };
  void lab.start();
  expect(worker.calls).toHaveLength(1);
  lab.draft.value = { values: { steps: 5 }, isSound: true };
  void lab.start();
  await worker.refuse(1, "no");
  expect(worker.calls.at(-1)?.command).toBe("reset");
  expect(lab.status.value).toBe("ready");
});

const progress = (...points: readonly Point[]): LabEvent => {
  return { kind: "progress", points, cost: { stepsPerSecond: 1, dispatchesPerStep: 1, bytes: 1 } };
};
const pointAt = (step: number): Point => ({ step, loss: 2, score: null });

test("what was trained is added to the course, which stays short enough to be drawn", async () => {
  const worker = await openLab();
  await worker.tell(progress(pointAt(1)));
  expect(lab.history.value).toEqual([pointAt(1)]);
  await worker.tell(progress(...Array.from({ length: 5000 }, (_, n) => pointAt(2 + n))));
  expect(lab.history.value.length).toBeLessThanOrEqual(1024);
  expect(lab.history.value.at(-1)).toEqual(pointAt(5001));
});

test("what happens in the lab that was left is not of the one that is seen", async () => {
  const first = await openLab();
  const second = await ask(SECOND);
  const failure = { name: "DeviceLostError", message: "gone" };
  await first.tell({ kind: "restored", opened: { ...opened("of the first"), isRunning: true } });
  await first.tell({ kind: "failed", failure, isOver: false });
  await first.tell({ kind: "unkept", failure });
  expect(lab.status.value).toBe("opening");
  await first.answer(1, undefined);
  await second.answer(0, opened("of the second"));
  await first.tell({ kind: "picture", picture: "of the first, late" });
  expect(lab.picture.value).toBe("of the second");
  expect([lab.failure.value, lab.unkept.value]).toEqual([null, null]);
});

test("weights that were loaded are not thrown away by a start with changed settings", async () => {
  const worker = await openLab();
  expect(lab.isNew.value).toBe(true);
  void lab.load(new Blob());
  await vi.waitFor(() => expect(worker.calls).toHaveLength(2));
  expect([lab.status.value, lab.isOpen.value]).toEqual(["opening", false]);
  await worker.answer(1, { ...opened("of the file"), isNew: false });
  expect([lab.status.value, lab.isOpen.value]).toEqual(["ready", true]);
  lab.draft.value = { values: { steps: 3 }, isSound: true };
  void lab.start();
  expect(worker.calls.at(-1)?.command).toBe("start");
});

test("a file that cannot be read is said, and what was trained goes on", async () => {
  const worker = await openLab();
  void lab.start();
  await worker.answer(1, undefined);
  const unreadable = Object.assign(new Blob(), { arrayBuffer: () => Promise.reject(new Error("it was moved")) });
  await lab.load(unreadable);
  expect([lab.status.value, lab.failure.value?.message]).toEqual(["running", "it was moved"]);
  expect(worker.calls).toHaveLength(2);
});

test("a worker that fails says so, and another serves what is opened next", async () => {
  const first = await openLab();
  void lab.start();
  first.dispatchEvent(new Event("error"));
  await vi.waitFor(() => expect(lab.status.value).toBe("gone"));
  expect([first.isTerminated, lab.failure.value?.message]).toEqual([
    true,
    expect.stringContaining("could not be loaded"),
  ]);
  const second = await ask(FIRST);
  await second.answer(0, opened("of the next"));
  expect([lab.status.value, lab.picture.value]).toEqual(["ready", "of the next"]);
});

test("why nothing is kept is said until it is", async () => {
  const worker = await openLab();
  const failure = { name: "QuotaExceededError", message: "no room" };
  await worker.tell({ kind: "unkept", failure });
  expect(lab.unkept.value).toEqual(failure);
  await worker.tell({ kind: "unkept", failure: null });
  expect(lab.unkept.value).toBeNull();
});

test("what the worker says went wrong is shown in its own words", async () => {
  const worker = await openLab();
  await worker.tell({ kind: "failed", failure: { name: "NonFiniteLossError", message: "it ran away" }, isOver: false });
  expect(lab.failure.value).toMatchObject({ name: "NonFiniteLossError", message: "it ran away" });
  expect(lab.status.value).toBe("ready");
});
