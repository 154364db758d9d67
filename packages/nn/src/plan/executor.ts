import { currentDevice, type Device, OutOfMemoryError, packHalves } from "@unroll/kernels";
import { bytesOf } from "../tensor/dtype";
import { allocate, allocatePinned, Storage } from "../tensor/storage";
import type { Tensor } from "../tensor/tensor";
import { expectFeatures, expectOnDevice } from "./expect-device";
import { releaseArena } from "./place";
import { Plan, type RunInputs } from "./plan";
import { keyOf, markChanged, type Request, takeUp, traceRequest, withUpdates } from "./request";
import { type Trace, trace } from "./trace";

/** How the plan cache of a device fared. */
export interface PlanStatistics {
  hits: number;
  misses: number;
  evictions: number;
}

/** Plans kept per device; the one unused longest goes first. */
const MOST_PLANS = 256;

/** A run that has to wait. */
interface Deferred {
  readonly key: string;
  readonly plan: Plan | Promise<Plan>;
  readonly inputs: RunInputs;
  readonly after: readonly Storage[];
  /** Takes back what was noted of it. */
  readonly undo: (error: unknown) => void;
}

/** Finds, makes and runs the plans of one device, in the order in which work was asked for. */
class Executor {
  readonly device: Device;
  readonly statistics: PlanStatistics = { hits: 0, misses: 0, evictions: 0 };
  readonly #plans = new Map<string, Plan | Promise<Plan>>();
  /** Keys of plans that queued jobs will run, and how many jobs each: those plans stay. */
  readonly #waiting = new Map<string, number>();
  /** The last job still waiting for a plan to be compiled, if any. */
  #queue: Promise<void> | null = null;

  constructor(device: Device) {
    this.device = device;
    device.onDispose(() => {
      for (const plan of this.#plans.values()) if (plan instanceof Plan) plan.dispose();
      this.#plans.clear();
    });
    device.onTrim(() => this.#relieve());
  }

  /** Computes a request: at once if its plan is there, else when it has been compiled and all before it has run. */
  schedule(request: Request, asked: Trace): Promise<void> {
    expectFeatures(this.device, asked);
    const forward = this.#recorded(request, asked);
    const all = this.#withUpdates(request, forward);
    const key = keyOf(request, forward);
    const { leaves, own } = this.#memory(all, forward);
    const undos = [takeUp(forward)];
    const undo = (error: unknown): void => {
      for (const each of undos) each();
      // Whoever waits for a result hears of it; asked for again, it is computed again.
      for (const [root, storage] of own) {
        storage.failure = error;
        storage.release();
        root.disown();
      }
    };
    try {
      const plan = this.#find(key) ?? this.#make(key, all, forward, leaves);
      // The roots own their memory only now: a plan would take them for values that it is given.
      for (const [root, storage] of own) root.own(storage);
      const results = all.roots.map((root) => own.get(root) ?? (all.into?.get(root) as Storage));
      const inputs = { leaves, scalars: forward.scalars.map(({ current }) => current), results };
      undos.push(markChanged(all.changes ?? []));
      if (this.#queue || !(plan instanceof Plan)) {
        return this.#defer({ key, plan, inputs, after: request.after ?? [], undo });
      }
      plan.run(inputs);
      return Promise.resolve();
    } catch (error) {
      undo(error);
      throw error;
    }
  }

  /** A request that also writes the buffers that its graph changes. */
  #withUpdates(request: Request, forward: Trace): Request {
    if (forward.updates.length === 0) return request;
    const into = new Map(request.into);
    for (const [target, value] of forward.updated) into.set(value, target.storage ?? this.#materialise(target));
    const changes = [...(request.changes ?? []), ...forward.updated.keys()];
    return { ...withUpdates(request, forward), into, changes };
  }

  /** Memory for what a request reads and makes; where there is too little, that of idle plans is given back for the next. */
  #memory(request: Request, forward: Trace): { leaves: RunInputs["leaves"]; own: Map<Tensor, Storage> } {
    try {
      return { leaves: this.#leaves(forward), own: this.#results(request) };
    } catch (error) {
      if (error instanceof OutOfMemoryError) this.device.trim();
      throw error;
    }
  }

  /** Lets all plans go, unless one is still being made or waits to run: they are made again when next asked for. */
  #relieve(): void {
    const plans = [...this.#plans.values()];
    if (this.#queue || !plans.every((plan) => plan instanceof Plan)) return;
    for (const plan of plans) plan.dispose();
    this.#plans.clear();
    releaseArena(this.device);
  }

  /** Runs `work` when all that was asked for before has been submitted: at once, if it has. */
  enqueue(work: () => void): Promise<void> {
    if (!this.#queue) {
      work();
      return Promise.resolve();
    }
    const done = this.#queue.then(work);
    this.#follow(done);
    // It can fail only where the device is gone, and whatever is asked for next says that by itself.
    return done.catch((error: unknown) => {
      if (!this.device.lost && !this.device.disposed) throw error;
    });
  }

  /** Lets what is asked for next wait for `job`, however that ends. */
  #follow(job: Promise<void>): Promise<void> {
    const settled = job.catch(() => undefined); // whoever asked for it is told
    this.#queue = settled;
    settled.then(() => {
      if (this.#queue === settled) this.#queue = null;
    });
    return settled;
  }

  /** The plan of a request, without running it. */
  async plan(request: Request, asked: Trace): Promise<Plan> {
    expectFeatures(this.device, asked);
    const forward = this.#recorded(request, asked);
    const key = keyOf(request, forward);
    const undo = takeUp(forward);
    try {
      return await (this.#find(key) ?? this.#make(key, withUpdates(request, forward), forward, this.#leaves(forward)));
    } finally {
      undo();
    }
  }

  /**
   * The walk that a request is planned by. Parts that are not recorded yet are, unless a plan is there. Where they turn
   * out to read more than they said, no key of theirs can be relied on, and the walk through what they recorded counts.
   */
  #recorded(request: Request, asked: Trace): Trace {
    if (!asked.hasDeferred || this.#plans.has(keyOf(request, asked))) return asked;
    const options = { recompute: asked.recomputed, allowStale: true }; // the walk before has looked for stale ones
    let full = asked;
    while (full.hasDeferred) {
      for (const node of full.nodes) if (node.kind === "deferred") node.settle();
      full = traceRequest(request, trace(request.roots, options)); // a loop may have had loops in it
    }
    const leaves = new Set(asked.leaves.map(({ tensor }) => tensor));
    const scalars = new Set(asked.scalars);
    const isKnown =
      full.leaves.every(({ tensor }) => leaves.has(tensor)) && full.scalars.every((value) => scalars.has(value));
    return isKnown ? asked : full;
  }

  #find(key: string): Plan | Promise<Plan> | undefined {
    const plan = this.#plans.get(key);
    if (!plan) {
      this.statistics.misses++;
      return undefined;
    }
    this.statistics.hits++;
    this.#plans.delete(key); // to the end: most recently used
    this.#plans.set(key, plan);
    return plan;
  }

  #make(key: string, request: Request, forward: Trace, leaves: RunInputs["leaves"]): Promise<Plan> {
    const making = Plan.make(this.device, forward, request.roots, leaves, request.expand?.() ?? null);
    this.#plans.set(key, making);
    making.then(
      (plan) => this.#plans.set(key, plan),
      () => this.#plans.delete(key), // whoever asked is told; the same graph recorded anew tries again
    );
    for (const [oldest, plan] of this.#plans) {
      if (this.#plans.size <= MOST_PLANS) break;
      if (!(plan instanceof Plan) || this.#waiting.has(oldest)) continue;
      plan.dispose();
      this.#plans.delete(oldest);
      this.statistics.evictions++;
    }
    return making;
  }

  #defer({ key, plan, inputs, after, undo }: Deferred): Promise<void> {
    // The caller may change its arrays, or let go of its tensors, before this runs.
    const held = { ...inputs, leaves: inputs.leaves.map((leaf) => (leaf instanceof Storage ? leaf : leaf.slice())) };
    const storages = [...held.leaves, ...held.results, ...after].filter((value) => value instanceof Storage);
    for (const storage of storages) storage.hold();
    this.#waiting.set(key, (this.#waiting.get(key) ?? 0) + 1);
    const before = this.#queue ?? Promise.resolve();
    const job = before.then(async () => {
      try {
        const ready = await plan;
        this.device.assertAlive("evaluate");
        const failed = storages.find(({ failure }) => failure)?.failure;
        if (failed) throw failed;
        ready.run(held);
      } catch (error) {
        undo(error);
        if (error instanceof OutOfMemoryError && this.#queue === settled) this.#relieve();
        throw error;
      } finally {
        const others = (this.#waiting.get(key) as number) - 1;
        if (others > 0) this.#waiting.set(key, others);
        else this.#waiting.delete(key);
        for (const storage of storages) storage.unhold();
      }
    });
    const settled = this.#follow(job);
    return job.then(() => undefined); // a promise of its own: a failure that nobody awaits is then seen as such
  }

  /** Memory for the results that bring none, all of it or nothing. */
  #results({ roots, into }: Request): Map<Tensor, Storage> {
    for (const [root, storage] of into ?? []) expectOnDevice("evaluate", this.device, root, { storage });
    const made = new Map<Tensor, Storage>();
    try {
      for (const root of roots) {
        if (!into?.has(root)) made.set(root, allocate(this.device, bytesOf(root), root.name ?? "result"));
      }
    } catch (error) {
      for (const storage of made.values()) storage.release();
      throw error;
    }
    return made;
  }

  #leaves(forward: Trace): RunInputs["leaves"] {
    for (const { tensor } of forward.leaves) if (!tensor.storage) tensor.bring?.(this.device);
    return forward.leaves.map(({ tensor }) => {
      if (tensor.storage?.failure) throw tensor.storage.failure;
      expectOnDevice("evaluate", this.device, tensor);
      if (tensor.storage) return tensor.storage;
      if (tensor.node.kind === "host") return tensor.dtype === "f16" ? packHalves(tensor.node.data) : tensor.node.data;
      return this.#materialise(tensor);
    });
  }

  /** Brings a parameter's first values to the device. */
  #materialise(tensor: Tensor): Storage {
    const initial = tensor.variable?.initial;
    if (!initial) throw new Error(`${tensor} has neither values nor an operation`);
    const storage = allocatePinned(this.device, tensor.size * 4, tensor.name ?? "parameter");
    if (tensor.size > 0) this.device.upload({ ...storage.range, size: tensor.size * 4 }, initial);
    tensor.own(storage);
    if (tensor.variable) tensor.variable.initial = null;
    return storage;
  }
}

const executors = new WeakMap<Device, Executor>();

/** The one executor of a device. */
export function executorOf(device: Device): Executor {
  let found = executors.get(device);
  if (!found) {
    found = new Executor(device);
    executors.set(device, found);
  }
  return found;
}

/** How the plan cache of `device` fared so far. */
export function planStatistics(device: Device = currentDevice()): Readonly<PlanStatistics> {
  return executorOf(device).statistics;
}
