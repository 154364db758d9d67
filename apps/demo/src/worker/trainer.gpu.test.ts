import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { experiment } from "../pages/memory/sum/experiment";
import type { Event } from "./protocol";
import { placeOf } from "./storage";
import { Trainer } from "./trainer";

const LAB = "memory/sum";
const SMALL = { cell: "rnn", hidden: 2, steps: 4, lr: 0.01, seed: 0 };

let events: Event[];
let trainer: Trainer;
/** The device that made the last buffer. */
let device: GPUDevice | undefined;

beforeEach(async () => {
  events = [];
  trainer = new Trainer(LAB, experiment, (event) => events.push(event));
  const make = GPUDevice.prototype.createBuffer;
  vi.spyOn(GPUDevice.prototype, "createBuffer").mockImplementation(function (this: GPUDevice, descriptor) {
    device = this;
    return make.call(this, descriptor);
  });
  await trainer.open();
});
afterEach(async () => {
  await trainer.close();
  vi.restoreAllMocks();
});

const heard = <K extends Event["kind"]>(kind: K) =>
  events.filter((event): event is Event & { kind: K } => event.kind === kind);

async function trainSome(): Promise<void> {
  const before = heard("progress").length;
  await vi.waitFor(() => expect(heard("progress").length).toBeGreaterThan(before + 3), 20_000);
}

test("training goes on where nothing can be kept, which is said once, and so is that it is kept again", async () => {
  const full = new DOMException("no room", "QuotaExceededError");
  const create = vi.spyOn(FileSystemFileHandle.prototype, "createWritable").mockRejectedValue(full);
  const { history } = await trainer.reset(SMALL);
  expect(history).toEqual([]);
  await trainer.start();
  await trainSome();
  await trainer.pause();
  expect(heard("unkept").map(({ failure }) => failure?.message)).toEqual(["no room"]);
  expect(heard("failed")).toEqual([]);
  await expect(trainer.load(await trainer.save())).rejects.toThrow("no room"); // or it would be lost without a word
  create.mockRestore();
  await trainer.start();
  await trainSome();
  await trainer.pause();
  expect(heard("unkept").at(-1)?.failure).toBeNull();
});

test("weights that were loaded are known to be there, after they are opened again too", async () => {
  expect((await trainer.reset(SMALL)).isNew).toBe(true);
  const file = await trainer.save();
  expect((await trainer.load(file)).isNew).toBe(false);
  await trainer.close();
  expect(await trainer.open()).toMatchObject({ isNew: false, history: [], values: SMALL });
  expect((await trainer.reset(SMALL)).isNew).toBe(true);
});

test("a device that refused some work is replaced, and training goes on", async () => {
  await trainer.reset(SMALL);
  await trainer.start();
  await trainSome();
  device?.createBuffer({ size: 4, usage: 0 }); // no buffer can have no use
  await vi.waitFor(() => expect(heard("restored").map(({ opened }) => opened.isRunning)).toEqual([true]), 20_000);
  expect(heard("lost")).toHaveLength(1);
  await trainSome();
  expect(heard("failed")).toEqual([]);
});

test("a device that is lost while its lab is left takes nothing from the next visit", async () => {
  await trainer.reset(SMALL);
  await trainer.start();
  await trainSome();
  device?.destroy();
  await trainer.close();
  const opened = await trainer.open();
  expect(opened.history.length).toBeGreaterThan(0);
  await trainer.start();
  await trainSome();
  expect([...heard("lost"), ...heard("failed")]).toEqual([]);
});

/** A safetensors file with all its bytes, of a type that there is none of. */
function strange(): Uint8Array<ArrayBuffer> {
  const header = '{"a":{"dtype":"F99","shape":[1],"data_offsets":[0,4]}}';
  return Uint8Array.from([header.length, 0, 0, 0, 0, 0, 0, 0, ...new TextEncoder().encode(header), 0, 0, 0, 0]);
}

test.each([
  { what: "that was damaged", content: "damaged" },
  { what: "that says what cannot be", content: strange() },
])("a checkpoint $what is as none", async ({ content }) => {
  await trainer.reset(SMALL);
  await trainer.close();
  const root = await navigator.storage.getDirectory();
  const folder = await root.getDirectoryHandle("gallery");
  for await (const [name, handle] of folder) {
    if (!name.startsWith("memory_sum.") || !(handle instanceof FileSystemFileHandle)) continue;
    const stream = await handle.createWritable();
    await stream.write(content);
    await stream.close();
  }
  expect(await trainer.open()).toMatchObject({ isNew: true, values: { cell: "lstm" } });
  await trainer.close();
  expect((await trainer.open()).isNew).toBe(true); // what was begun took the place of what was damaged
  expect(heard("failed")).toEqual([]);
});

test("one tab at a time keeps what a lab learns", async () => {
  const first = await placeOf("some/lab");
  expect(first.problem).toBeNull();
  const second = await placeOf("some/lab");
  expect(second.problem?.message).toContain("another tab");
  await second.store.write(Uint8Array.of(1));
  first.leave();
  const third = await placeOf("some/lab");
  expect(third.problem).toBeNull();
  expect(await third.store.read()).toBeUndefined();
  third.leave();
});
