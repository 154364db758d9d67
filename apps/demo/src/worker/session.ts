import { Random } from "@unroll/data";
import type { Device } from "@unroll/kernels";
import {
  CheckpointError,
  type CheckpointStore,
  type Generator,
  loadCheckpoint,
  OptimizerStateError,
  random,
  StateDictError,
  saveCheckpoint,
} from "@unroll/nn";
import type { Chance, Experiment, Run } from "../experiment/experiment";
import type { Values } from "../experiment/settings";
import { type Kept, keptIn } from "./kept";
import { type Listener, Training } from "./training";

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

  private constructor(surroundings: Surroundings, run: Run, kept: Kept, chance: Chance) {
    this.#in = surroundings;
    this.run = run;
    this.values = kept.values;
    this.#random = chance.random;
    this.#rng = chance.rng;
    const save = () => this.#save();
    this.training = new Training(surroundings.device, run, kept.history, { listener: surroundings.listener, save });
  }

  /** A new run, kept at once in place of any before. */
  static async begin(surroundings: Surroundings, values: Values): Promise<Session> {
    const session = await Session.#make(surroundings, {
      values,
      history: [],
      random: new Random(seedOf(values)).state,
    });
    await session.#save();
    return session;
  }

  /** The run that `bytes` keep, where it stopped; null if they are of an earlier version of its experiment. */
  static async restore(surroundings: Surroundings, bytes: Uint8Array<ArrayBuffer>): Promise<Session | null> {
    const kept = keptIn(bytes, surroundings.experiment.settings);
    if (!kept) return null;
    const session = await Session.#make(surroundings, kept);
    try {
      await loadCheckpoint(bytes, session.#subject);
      session.run.notes?.restore(kept.notes);
      return session;
    } catch (error) {
      session.#free();
      const isOfAnother =
        error instanceof StateDictError || error instanceof OptimizerStateError || error instanceof CheckpointError;
      if (isOfAnother) return null;
      throw error;
    }
  }

  static async #make(surroundings: Surroundings, kept: Kept): Promise<Session> {
    const seed = seedOf(kept.values);
    const chance = { seed, rng: random(seed), random: Random.fromState(kept.random) };
    return new Session(surroundings, await surroundings.experiment.create(kept.values, chance), kept, chance);
  }

  /** Takes the weights of a file in place of what was learned, and keeps them. */
  load(file: Uint8Array<ArrayBuffer>): Promise<void> {
    return this.training.between(async () => {
      const { load } = await import("./files");
      await load(this.run.model, file);
      await this.#save();
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
    await this.pause();
    await this.training.between(async () => this.#free());
  }

  get #subject() {
    return { model: this.run.model, optimizer: this.run.optimizer, generators: { rng: this.#rng } };
  }

  async #save(): Promise<void> {
    const position: Kept = {
      values: this.values,
      history: this.training.history.points,
      random: this.#random.state,
      notes: this.run.notes?.take() ?? null,
    };
    await this.#in.store.write(await saveCheckpoint({ ...this.#subject, position }));
  }

  #free(): void {
    this.run.dispose?.();
    this.run.optimizer.dispose();
    this.run.model.dispose();
    this.#in.device.trim();
  }
}

function seedOf(values: Values): number {
  return Number(values.seed ?? 0);
}
