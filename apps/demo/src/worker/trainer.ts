import { adapterName, type Device, DeviceLostError, open, ValueError } from "@unroll/kernels";
import type { PyTorchOptions } from "@unroll/nn";
import type { FileKind, Run } from "../experiment/experiment";
import { loadExperiment } from "../experiment/labs";
import { defaultsOf, type Values } from "../experiment/settings";
import { storeOf } from "./kept";
import { type Cost, type Event, failureOf, type Opened, type Point, type Remote } from "./protocol";
import { Session, type Surroundings } from "./session";
import { Turns } from "./turns";

/** So often in a row a device may be lost before there is no more trying. */
const MOST_LOSSES = 3;

/** Does what the page asks: one device, and one lab open on it. */
export class Trainer implements Remote {
  readonly #emit: (event: Event) => void;
  /** Opening, closing and the like come one after another; questions go to the session that is open. */
  readonly #turns = new Turns();
  #device: Device | null = null;
  #lab = "";
  #session: Session | null = null;
  #losses = 0;
  /** Whether the page wants training to run: a device that is lost stops it without anybody having asked. */
  #isWanted = false;

  constructor(emit: (event: Event) => void) {
    this.#emit = emit;
  }

  open(lab: string): Promise<Opened> {
    return this.#turns.take(async () => {
      await this.#close();
      this.#lab = lab;
      return this.#restore();
    });
  }

  reset(values: Values): Promise<Opened> {
    return this.#turns.take(async () => {
      await this.#close();
      try {
        this.#session = await Session.begin(await this.#surroundings(), values);
      } catch (error) {
        await this.#goBack();
        throw error;
      }
      return this.#opened();
    });
  }

  start(): Promise<void> {
    return this.#turns.take(async () => {
      this.#now.training.start();
      this.#isWanted = true;
    });
  }

  pause(): Promise<void> {
    return this.#turns.take(() => {
      this.#isWanted = false;
      return this.#now.pause();
    });
  }

  ask(question: unknown): Promise<unknown> {
    const { run, training } = this.#now;
    return training.between(() => run.ask(question));
  }

  save(): Promise<Uint8Array<ArrayBuffer>> {
    const { run, training } = this.#now;
    return training.between(async () => {
      const { save } = await import("./files");
      return save(run.model, { lab: this.#lab });
    });
  }

  load(file: Uint8Array<ArrayBuffer>): Promise<Opened> {
    return this.#turns.take(async () => {
      const isWanted = this.#isWanted;
      await this.#now.load(file);
      await this.#close();
      const opened = await this.#restore(); // made anew: a run may remember what its model said before
      if (isWanted) this.#now.training.start();
      this.#isWanted = isWanted;
      return opened;
    });
  }

  exportONNX(): Promise<Uint8Array<ArrayBuffer>> {
    const { run, training } = this.#now;
    return training.between(async () => {
      const { exportONNX } = await import("./files");
      return exportONNX(run.model, this.#exported);
    });
  }

  exportPyTorch(): Promise<{ script: string | null; weights: Uint8Array<ArrayBuffer> }> {
    const { run, training } = this.#now;
    return training.between(async () => {
      const { saveTorch, toPyTorch } = await import("./files");
      const script = kindsOf(run).includes("pytorch") ? toPyTorch(run.model, this.#exported) : null;
      return { script, weights: await saveTorch(run.model) };
    });
  }

  close(): Promise<void> {
    return this.#turns.take(() => this.#close());
  }

  get #now(): Session {
    if (this.#session) return this.#session;
    const what = "the model of this page";
    throw new ValueError({ where: "gallery", what, expected: "open", received: "none", remedy: "Reload the page." });
  }

  get #exported(): PyTorchOptions {
    const { exported } = this.#now.run;
    if (exported) return exported;
    throw new ValueError({
      where: "gallery",
      what: "a model to export",
      expected: "one with a single forward pass",
      received: `that of ${this.#lab}`,
      remedy: "Save its weights instead.",
    });
  }

  async #close(): Promise<void> {
    const session = this.#session;
    this.#isWanted = false;
    this.#session = null;
    await session?.close();
  }

  /** What was there before a reset that failed goes on, if that can be made again. */
  async #goBack(): Promise<void> {
    try {
      await this.#restore();
    } catch (error) {
      this.#emit({ kind: "failed", failure: failureOf(error), isOver: true });
    }
  }

  /** The lab as it was kept, or new. */
  async #restore(): Promise<Opened> {
    const surroundings = await this.#surroundings();
    const kept = await surroundings.store.read();
    this.#session = kept ? await Session.restore(surroundings, kept) : null;
    const { experiment, device } = surroundings;
    this.#session ??= await Session.begin(surroundings, defaultsOf(experiment.settings, device.adapter));
    return this.#opened();
  }

  async #opened(): Promise<Opened> {
    const { run, values, training } = this.#now;
    const { adapter } = await this.#openDevice();
    return {
      values,
      history: training.history.points,
      parameters: run.model.parameters().reduce((sum, { size }) => sum + size, 0),
      device: adapterName(adapter),
      exports: kindsOf(run),
      picture: await training.between(async () => (await run.picture?.()) ?? null),
    };
  }

  async #surroundings(): Promise<Surroundings> {
    const [device, experiment] = await Promise.all([this.#openDevice(), loadExperiment(this.#lab)]);
    const listener = {
      progress: (points: readonly Point[], cost: Cost) => {
        this.#losses = 0;
        this.#emit({ kind: "progress", points, cost });
      },
      picture: (picture: unknown) => this.#emit({ kind: "picture", picture }),
      failed: (error: unknown) => {
        if (error instanceof DeviceLostError) return; // of which the device tells itself
        this.#isWanted = false;
        this.#emit({ kind: "failed", failure: failureOf(error), isOver: false });
      },
    };
    return { device, experiment, store: await storeOf(this.#lab), listener };
  }

  async #openDevice(): Promise<Device> {
    if (this.#device && !this.#device.lost) return this.#device;
    const device = await open({ onWarning: () => undefined }); // the page names the adapter itself
    device.onLost((error) => void this.#turns.take(() => this.#recover(error)));
    this.#device = device;
    return device;
  }

  /** The device is gone, and all that was on it: goes on from what was kept last, on a new one. */
  async #recover(error: Error): Promise<void> {
    const session = this.#session;
    this.#session = null;
    if (!session) return;
    await session.training.stop();
    this.#emit({ kind: "lost", failure: failureOf(error) });
    try {
      if (++this.#losses > MOST_LOSSES) throw error;
      const opened = await this.#restore();
      if (this.#isWanted) this.#now.training.start();
      this.#emit({ kind: "restored", opened, isRunning: this.#isWanted });
    } catch (cause) {
      this.#emit({ kind: "failed", failure: failureOf(cause), isOver: true });
    }
  }
}

/** Which files a run can be written to. */
const kindsOf = ({ exported }: Run): readonly FileKind[] => (exported ? (exported.to ?? ["onnx", "pytorch"]) : []);
