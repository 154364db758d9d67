import { adapterName, type Device, DeviceLostError, open, ValueError } from "@unroll/kernels";
import { CheckpointError, type CheckpointStore } from "@unroll/nn";
import { type Experiment, kindsOf } from "../experiment/experiment";
import { defaultsOf, type Values } from "../experiment/settings";
import type { Made } from "./files";
import { type Cost, type Event, type Failure, failureOf, type Opened, type Point, type Remote } from "./protocol";
import { Session, type Surroundings } from "./session";
import { type Place, placeOf } from "./storage";
import { Turns } from "./turns";

type Files = typeof import("./files");

/** So often in a row a device may be lost before there is no more trying. */
const MOST_LOSSES = 3;

/** Does what the page asks of a lab: one device, and one run open on it. */
export class Trainer implements Remote {
  readonly #lab: string;
  readonly #experiment: Experiment;
  readonly #tell: (event: Event) => void;
  /** Opening, closing and the like come one after another; questions go to the session that is open. */
  readonly #turns = new Turns();
  #device: Device | null = null;
  #place: Place | null = null;
  /** Why what is learned is gone with the page, as the page was told. */
  #unkept: Failure | null = null;
  #session: Session | null = null;
  #losses = 0;
  /** Whether the page wants training to run: a device that is lost stops it without anybody having asked. */
  #isWanted = false;

  /**
   * @param lab the path of the folder of `experiment` under pages/, under which it is kept
   * @param tell hears what happens
   */
  constructor(lab: string, experiment: Experiment, tell: (event: Event) => void) {
    this.#lab = lab;
    this.#experiment = experiment;
    this.#tell = tell;
  }

  open(): Promise<Opened> {
    return this.#turns.take(async () => {
      await this.#leave();
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
    return this.#made(({ save }, { run, lab }) => save(run.model, { lab }));
  }

  load(file: Uint8Array<ArrayBuffer>): Promise<Opened> {
    return this.#turns.take(async () => {
      const isWanted = this.#isWanted;
      await this.#now.load(file);
      await this.#close();
      const opened = await this.#restore(); // made anew: a run may remember what its model said before
      return this.#goOn(opened, isWanted);
    });
  }

  exportONNX(): Promise<Uint8Array<ArrayBuffer>> {
    return this.#made(({ onnxOf }, made) => onnxOf(made));
  }

  exportPyTorch(): Promise<{ script: string | null; weights: Uint8Array<ArrayBuffer> }> {
    return this.#made(({ pytorchOf }, made) => pytorchOf(made));
  }

  close(): Promise<void> {
    return this.#turns.take(async () => {
      try {
        await this.#leave();
      } finally {
        this.#device?.dispose();
        this.#device = null;
      }
    });
  }

  get #now(): Session {
    if (this.#session) return this.#session;
    const what = "the model of this page";
    throw new ValueError({ where: "gallery", what, expected: "open", received: "none", remedy: "Reload the page." });
  }

  /** A file of the model as it is between two steps. */
  #made<Result>(make: (files: Files, made: Made) => Promise<Result>): Promise<Result> {
    const { run, training } = this.#now;
    return training.between(async () => make(await import("./files"), { run, lab: this.#lab }));
  }

  /** Closes the run, and lets another tab have the lab. */
  async #leave(): Promise<void> {
    try {
      await this.#close();
    } finally {
      this.#place?.leave();
      this.#place = null;
      this.#unkept = null;
    }
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
      this.#tell({ kind: "failed", failure: failureOf(error), isOver: true });
    }
  }

  /** The lab as it was kept, or new. */
  async #restore(): Promise<Opened> {
    const surroundings = await this.#surroundings();
    const kept = await lastIn(surroundings.store);
    this.#session = kept ? await Session.restore(surroundings, kept) : null;
    const { experiment, device } = surroundings;
    this.#session ??= await Session.begin(surroundings, defaultsOf(experiment.settings, device.adapter));
    return this.#opened();
  }

  /** Trains on, if that is wanted, in what was just opened. */
  #goOn(opened: Opened, isWanted: boolean): Opened {
    if (isWanted) this.#now.training.start();
    this.#isWanted = isWanted;
    return { ...opened, isRunning: isWanted };
  }

  async #opened(): Promise<Opened> {
    const { run, values, training, isNew } = this.#now;
    const { adapter } = await this.#openDevice();
    return {
      values,
      history: training.history.points,
      isNew,
      isRunning: training.isRunning,
      parameters: run.model.parameters().reduce((sum, { size }) => sum + size, 0),
      device: adapterName(adapter),
      exports: kindsOf(run),
      picture: await training.between(async () => (await run.picture?.()) ?? null),
    };
  }

  async #surroundings(): Promise<Surroundings> {
    const device = await this.#openDevice();
    const listener = {
      progress: (points: readonly Point[], cost: Cost) => {
        this.#losses = 0;
        this.#tell({ kind: "progress", points, cost });
      },
      picture: (picture: unknown) => this.#tell({ kind: "picture", picture }),
      failed: (error: unknown) => {
        if (error instanceof DeviceLostError) {
          if (!device.lost) this.#recoverSoon(device, error); // a lost device tells of itself, one that refused work does not
          return;
        }
        this.#isWanted = false;
        this.#tell({ kind: "failed", failure: failureOf(error), isOver: false });
      },
      kept: (problem: unknown) => this.#tellUnkept(problem === null ? null : failureOf(problem)),
    };
    return { device, experiment: this.#experiment, store: await this.#openStore(), listener };
  }

  async #openStore(): Promise<CheckpointStore> {
    this.#place ??= await placeOf(this.#lab);
    return this.#place.store;
  }

  /** Says why what is learned is gone with the page, once for each reason. */
  #tellUnkept(problem: Failure | null): void {
    const failure = problem ?? this.#place?.problem ?? null;
    if (failure?.message === this.#unkept?.message) return;
    this.#unkept = failure;
    this.#tell({ kind: "unkept", failure });
  }

  async #openDevice(): Promise<Device> {
    if (this.#device && isAlive(this.#device)) return this.#device;
    this.#device?.dispose();
    const device = await open({ onWarning: () => undefined }); // the page names the adapter itself
    device.onLost((error) => this.#recoverSoon(device, error));
    this.#device = device;
    return device;
  }

  #recoverSoon(device: Device, error: Error): void {
    void this.#turns.take(() => this.#recover(device, error));
  }

  /** The device is of no more use, nor what was on it: goes on from what was kept last, on a new one. */
  async #recover(device: Device, error: Error): Promise<void> {
    if (this.#device !== device) return; // somebody came first, and opened another
    const session = this.#session;
    this.#session = null;
    if (!session) return;
    await session.training.stop();
    this.#tell({ kind: "lost", failure: failureOf(error) });
    try {
      if (++this.#losses > MOST_LOSSES) throw error;
      const opened = await this.#restore();
      this.#tell({ kind: "restored", opened: this.#goOn(opened, this.#isWanted) });
    } catch (cause) {
      this.#tell({ kind: "failed", failure: failureOf(cause), isOver: true });
    }
  }
}

/** The last run that was kept whole; undefined if there is none. */
async function lastIn(store: CheckpointStore): Promise<Uint8Array<ArrayBuffer> | undefined> {
  try {
    return await store.read();
  } catch (error) {
    if (error instanceof CheckpointError) return undefined; // all are damaged, and the next that is written replaces them
    throw error;
  }
}

/** Whether a device works, and has refused nothing. */
function isAlive(device: Device): boolean {
  try {
    device.assertAlive("gallery");
    return true;
  } catch {
    return false;
  }
}
