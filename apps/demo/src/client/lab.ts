import { batch, computed, signal } from "@preact/signals";
import type { Values } from "../experiment/settings";
import { History } from "../worker/history";
import {
  type Cost,
  type Event,
  type Failure,
  failureOf,
  type Opened,
  type Point,
  type Remote,
} from "../worker/protocol";
import { type LabWorker, startWorker } from "./remote";

/** What a lab is doing. `gone` is for good: there is no WebGPU, or the device was lost time and again. */
export type Status = "opening" | "ready" | "running" | "pausing" | "recovering" | "gone";

const NO_COST: Cost = { stepsPerSecond: 0, dispatchesPerStep: 0, bytes: 0 };

/** Who asks: the visitor, once, or the page by itself, again and again as the model learns. */
export type Asker = "visitor" | "page";

/** What went wrong. */
interface Shown extends Failure {
  /** Whose question it was; null where it was none. */
  readonly asker: Asker | null;
}

/** Settings as they stand in the form. */
export interface Draft {
  readonly values: Values;
  /** Whether a model can be made with them. */
  readonly isSound: boolean;
}

/** The lab that is open, as the page sees it: what it is, how far it has come, and what it can be asked. */
class Lab {
  readonly status = signal<Status>("opening");
  /** What went wrong last, until something goes right. */
  readonly failure = signal<Shown | null>(null);
  readonly values = signal<Values>({});
  /** What the visitor changed of them, and is not applied. */
  readonly draft = signal<Draft | null>(null);
  readonly history = signal<readonly Point[]>([]);
  readonly cost = signal<Cost>(NO_COST);
  readonly picture = signal<unknown>(null);
  readonly about = signal<Pick<Opened, "device" | "parameters" | "exports" | "isNew"> | null>(null);
  /** Why what is learned is gone with the page; null where it outlasts it. */
  readonly unkept = signal<Failure | null>(null);
  /** Whether there is a model, to be asked and to be saved. */
  readonly isOpen = computed(
    () => this.about.value !== null && ["ready", "running", "pausing"].includes(this.status.value),
  );
  /** Whether nothing was learned yet, and no weights were loaded. */
  readonly isNew = computed(() => this.history.value.length === 0 && this.about.value?.isNew !== false);
  /** The path of the lab that is open. */
  readonly path = signal("");
  #address = "";
  #worker: LabWorker | null = null;
  /** Done once all labs that were left have kept what they learned. */
  #left: Promise<unknown> = Promise.resolve();
  #course = new History();
  /** Counts what was opened: what comes of something before is not for the page that is seen now. */
  #visit = 0;

  /**
   * @param path of its folder under pages/
   * @param address where its worker lies: each lab has its own, so that a page loads no more than what it trains
   */
  async open(path: string, address: string): Promise<void> {
    const left = this.close();
    const visit = this.#visit;
    this.#address = address;
    batch(() => {
      this.path.value = path;
      this.status.value = "opening";
      this.failure.value = null;
      this.values.value = {};
      this.draft.value = null;
      this.picture.value = null;
      this.about.value = null;
      this.unkept.value = null;
      this.history.value = [];
      this.cost.value = NO_COST;
    });
    try {
      const remote = this.#remote; // loaded while the one before is left
      await left; // it may be the same, which goes on from what it kept
      if (visit !== this.#visit) return;
      const opened = await remote.open();
      if (visit === this.#visit) this.#show(opened);
    } catch (error) {
      if (visit === this.#visit) this.#fail(failureOf(error), "gone");
    }
  }

  /** Leaves the lab: what it learned is kept, and all that it held is freed. */
  async close(): Promise<void> {
    this.#visit++;
    this.path.value = "";
    this.#left = Promise.all([this.#left, this.#worker?.end()]);
    this.#worker = null;
    await this.#left;
  }

  /** Trains; a model that has learned nothing yet is made with the changed settings first. */
  async start(): Promise<void> {
    const { draft } = this;
    if (draft.value && this.isNew.value) {
      const isMade = draft.value.isSound && (await this.reset(draft.value.values));
      if (!isMade) return;
    }
    this.status.value = "running";
    await this.#try(() => this.#remote.start(), { status: "ready" });
  }

  async pause(): Promise<void> {
    const visit = this.#visit;
    this.status.value = "pausing"; // until what was learned is kept
    await this.#try(() => this.#remote.pause(), { status: "ready" });
    if (visit === this.#visit && this.status.value === "pausing") this.status.value = "ready";
  }

  /** @returns whether a model was made with those values, and is the one that is seen */
  async reset(values: Values): Promise<boolean> {
    const visit = this.#visit;
    const status = this.status.value === "gone" ? "gone" : "ready";
    this.status.value = "opening";
    const opened = await this.#try(() => this.#remote.reset(values), { status });
    const isSeen = opened !== undefined && visit === this.#visit;
    if (isSeen) this.#show(opened);
    return isSeen;
  }

  /** Goes on from the weights of a file. */
  async load(file: Blob): Promise<void> {
    const visit = this.#visit;
    const status = this.status.value;
    this.status.value = "opening";
    const read = async () => new Uint8Array(await file.arrayBuffer());
    const opened = await this.#try(async () => this.#remote.load(await read()), { status });
    if (opened && visit === this.#visit) this.#show(opened);
  }

  /**
   * What the model makes of a question; null, with the failure shown, if it could make nothing of it.
   * @param asker an answer to the page hides no failure of another kind
   */
  async ask(question: unknown, asker: Asker = "visitor"): Promise<unknown> {
    return (await this.#try(() => this.#remote.ask(question), { asker })) ?? null;
  }

  save = () => this.#try(() => this.#remote.save());
  exportONNX = () => this.#try(() => this.#remote.exportONNX());
  exportPyTorch = () => this.#try(() => this.#remote.exportPyTorch());

  get #remote(): Remote {
    this.#worker ??= startWorker(this.path.value, this.#address, {
      event: (event) => this.#hear(event),
      failed: (failure) => {
        this.#worker = null; // what is asked next begins with another
        this.#fail(failure, "gone");
      },
    });
    return this.#worker.remote;
  }

  /**
   * What `work` gives; undefined, with the failure shown, if it fails.
   * @param status what the lab is then; what it was where absent
   */
  async #try<T>(
    work: () => Promise<T>,
    { status, asker = null }: { readonly status?: Status; readonly asker?: Asker | null } = {},
  ): Promise<T | undefined> {
    const visit = this.#visit;
    try {
      const result = await work();
      const isPutAway = this.status.value !== "gone" && (asker !== "page" || this.failure.value?.asker === "page");
      if (visit === this.#visit && isPutAway) this.failure.value = null;
      return result;
    } catch (error) {
      const isGone = this.status.value === "gone";
      if (visit === this.#visit) this.#fail(failureOf(error), isGone ? "gone" : (status ?? this.status.value), asker);
      return undefined;
    }
  }

  #fail(failure: Failure, status: Status, asker: Asker | null = null): void {
    batch(() => {
      this.status.value = status;
      this.failure.value = { ...failure, asker };
    });
  }

  #show(opened: Opened): void {
    this.#course = new History(opened.history);
    batch(() => {
      this.status.value = opened.isRunning ? "running" : "ready";
      this.values.value = opened.values;
      this.history.value = opened.history;
      this.about.value = opened;
      this.picture.value = opened.picture;
      this.failure.value = null;
    });
  }

  #hear(event: Event): void {
    const isOfTheOneBefore = this.status.value === "opening" && (event.kind === "progress" || event.kind === "picture");
    if (isOfTheOneBefore) return; // said before its worker heard that another is to be opened
    if (event.kind === "progress") {
      batch(() => {
        for (const point of event.points) this.#course.add(point);
        this.history.value = [...this.#course.points];
        this.cost.value = event.cost;
      });
    } else if (event.kind === "picture") this.picture.value = event.picture;
    else if (event.kind === "lost") this.#fail(event.failure, "recovering");
    else if (event.kind === "restored") this.#show(event.opened);
    else if (event.kind === "unkept") this.unkept.value = event.failure;
    else this.#fail(event.failure, event.isOver ? "gone" : "ready");
  }
}

export const lab = new Lab();
