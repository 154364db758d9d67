import { Random } from "@unroll/data";
import { type Device, DeviceLostError } from "@unroll/kernels";
import { type CheckpointStore, type Generator, random, saveCheckpoint } from "@unroll/nn";
import type { Chance, Experiment, Run } from "../experiment/experiment";
import type { Values } from "../experiment/settings";
import { freeRun } from "./free-run";
import type { Kept } from "./kept";
import { rehearse } from "./rehearse";
import { type Listener as Hearer, Training } from "./training";

/** What a session tells of itself. */
export interface Listener extends Hearer {
  /** What is learned was to be kept. @param problem why it could not be; null where it was */
  kept(problem: unknown): void;
}

/** Where a session trains, what of, where it is kept, and who hears of it. */
export interface Surroundings {
  readonly device: Device;
  readonly experiment: Experiment;
  readonly store: CheckpointStore;
  readonly listener: Listener;
}

/** A run that is open on a device, and what is kept of it. */
export class Session {
  readonly values: Values;
  readonly run: Run;
  readonly training: Training;
  readonly #in: Surroundings;
  readonly #random: Random;
  readonly #rng: Generator;
  #isLoaded: boolean;

  private constructor(surroundings: Surroundings, run: Run, kept: Kept, chance: Chance) {
    this.#in = surroundings;
    this.run = run;
    this.values = kept.values;
    this.#random = chance.random;
    this.#rng = chance.rng;
    this.#isLoaded = kept.isLoaded;
    const save = () => this.#save();
    this.training = new Training(surroundings.device, run, kept.history, { listener: surroundings.listener, save });
  }

  /** A new run, kept at once in place of any before. */
  static async begin(surroundings: Surroundings, values: Values): Promise<Session> {
    const random = new Random(seedOf(values)).state;
    const session = await Session.#make(surroundings, { values, history: [], random, isLoaded: false });
    try {
      await session.#save();
      return session;
    } catch (error) {
      session.#free();
      throw error;
    }
  }

  /** The run that `bytes` keep, where it stopped; null if they are of another version of its experiment or of the library. */
  static async restore(surroundings: Surroundings, bytes: Uint8Array<ArrayBuffer>): Promise<Session | null> {
    const { isOfAnotherVersion, keptIn, loadCheckpoint } = await import("./read-kept");
    let session: Session | null = null;
    try {
      const kept = keptIn(bytes, surroundings.experiment.settings);
      if (!kept) return null;
      session = await Session.#make(surroundings, kept);
      const { state } = await loadCheckpoint(bytes, session.#subject);
      session.run.notes?.restore(kept.notes, state);
      return session;
    } catch (error) {
      if (session) session.#free();
      if (isOfAnotherVersion(error)) return null;
      throw error;
    }
  }

  static async #make(surroundings: Surroundings, kept: Kept): Promise<Session> {
    const seed = seedOf(kept.values);
    const chance = { seed, rng: random(seed), random: Random.fromState(kept.random) };
    await rehearse(surroundings.device, surroundings.experiment, kept.values);
    return new Session(surroundings, await surroundings.experiment.create(kept.values, chance), kept, chance);
  }

  /** Whether nothing was learned yet, and no weights were loaded. */
  get isNew(): boolean {
    return this.training.history.steps === 0 && !this.#isLoaded;
  }

  /** Takes the weights of a file in place of what was learned, and keeps them. @throws if they cannot be kept */
  load(file: Uint8Array<ArrayBuffer>): Promise<void> {
    return this.training.between(async () => {
      const { load } = await import("./files");
      await load(this.run.model, file);
      this.#isLoaded = true;
      await this.#in.store.write(await this.#checkpoint());
    });
  }

  /** Stops training, and keeps what was learned. */
  async pause(): Promise<void> {
    if (!this.training.isRunning) return;
    await this.training.stop();
    await this.training.between(() => this.#save());
  }

  /** Stops, and frees what the run holds on the device. */
  async close(): Promise<void> {
    try {
      await this.pause();
    } catch (error) {
      if (!(error instanceof DeviceLostError)) throw error; // nothing is left to be kept
    } finally {
      await this.training.between(async () => this.#free());
    }
  }

  get #subject() {
    return { model: this.run.model, optimizer: this.run.optimizer, generators: { rng: this.#rng } };
  }

  #checkpoint(): Promise<Uint8Array<ArrayBuffer>> {
    const { notes } = this.run;
    const position: Kept = {
      values: this.values,
      history: this.training.history.points,
      random: this.#random.state,
      notes: notes?.take() ?? null,
      isLoaded: this.#isLoaded,
    };
    return saveCheckpoint({ ...this.#subject, position, state: notes?.carried?.() });
  }

  /** Keeps what was learned. Training goes on where it cannot: the browser may have no room left. */
  async #save(): Promise<void> {
    const bytes = await this.#checkpoint();
    const problem = await this.#in.store.write(bytes).then(
      () => null,
      (error: unknown) => error,
    );
    this.#in.listener.kept(problem);
  }

  #free(): void {
    freeRun(this.run, this.#in.device);
  }
}

function seedOf(values: Values): number {
  return Number(values.seed ?? 0);
}
