import { type BufferRange, type Call, type Device, Program, tune } from "@unroll/kernels";
import type { KernelNode } from "../graph/node";
import type { HostData } from "../tensor/dtype";
import type { Storage } from "../tensor/storage";
import type { Tensor } from "../tensor/tensor";
import { type Item, lower, type Part, resolveView, type Value } from "./lower";
import { place } from "./place";
import { type LeafKind, type Trace, trace } from "./trace";

/** What a request adds to its graph when its plan is first made: gradients and updates, say. */
export interface Expansion {
  /** Kernel calls that change memory in place, after everything else. */
  readonly effects: readonly KernelNode[];
  /** Values to compute straight into given memory. */
  readonly placed: ReadonlyMap<Tensor, BufferRange>;
}

/** What one run brings: its leaves in the order of the trace, the current scalars, and where results go. */
export interface RunInputs {
  readonly leaves: readonly (HostData | Storage)[];
  readonly scalars: readonly number[];
  readonly results: readonly Storage[];
}

interface LeafUse {
  readonly leaf: number;
  readonly kind: LeafKind;
  /** Arena place of an uploaded or copied leaf. */
  readonly range: BufferRange | null;
  /** Bindings that follow a leaf bound where it lies. */
  readonly bindings: readonly {
    readonly call: number;
    readonly name: string;
    readonly offset: number;
    readonly bytes: number;
  }[];
}

/** A number of a kernel call that each run brings: which of the run's scalars it is. */
interface ScalarUse {
  readonly source: number;
  readonly call: number;
  readonly name: string;
}

/** A result that the plan makes: where it lies afterwards. */
interface MadeResult {
  readonly result: number;
  readonly range: BufferRange;
}

/** A result that is part of a leaf which is bound where it lies. */
interface GivenResult {
  readonly result: number;
  readonly leaf: number;
  readonly offset: number;
}

/** Runs after which a plan is worth the time that measuring its kernels takes. */
const HOT_RUNS = 10;

/** A graph made ready to be run again and again: one submission, nothing allocated. */
export class Plan {
  readonly program: Program;
  readonly #device: Device;
  readonly #leaves: readonly LeafUse[];
  readonly #scalars: readonly ScalarUse[];
  readonly #made: readonly MadeResult[];
  readonly #given: readonly GivenResult[];
  /** What each number was in the last run: one that is still the same is not written again. */
  readonly #last: (number | undefined)[];
  #runs = 0;

  private constructor(
    device: Device,
    program: Program,
    leaves: readonly LeafUse[],
    scalars: readonly ScalarUse[],
    made: readonly MadeResult[],
    given: readonly GivenResult[],
  ) {
    this.#device = device;
    this.program = program;
    this.#leaves = leaves;
    this.#scalars = scalars;
    this.#made = made;
    this.#given = given;
    this.#last = scalars.map(() => undefined);
  }

  /**
   * Plans and compiles.
   * @param forward the walk of the request itself, whose leaves and scalars each run brings anew
   */
  static async make(
    device: Device,
    forward: Trace,
    roots: readonly Tensor[],
    firstLeaves: RunInputs["leaves"],
    expansion: Expansion | null,
  ): Promise<Plan> {
    const effects = expansion?.effects ?? [];
    const placed = expansion?.placed ?? new Map<Tensor, BufferRange>();
    const kept = new Set([...roots, ...placed.keys()]);
    const full =
      effects.length + placed.size > 0 || forward.hasDeferred
        ? trace([...kept, ...effects.flatMap((e) => Object.values(e.inputs))], {
            recompute: forward.recomputed,
            allowStale: true,
          })
        : forward;
    const last = new Set<object>(effects);
    const items = lower({ ...full, nodes: full.nodes.filter((node) => !last.has(node)) }, effects, kept, device.limits);
    const computed = new Set<Value>(items.flatMap((item) => Object.values(item.writes)));

    const leafIndex = new Map(forward.leaves.map(({ tensor }, index) => [tensor, index]));
    const preset = new Map<Value, BufferRange>(placed);
    const loaded: Tensor[] = [];
    for (const { tensor, kind } of full.leaves) {
      const value = firstLeaves[leafIndex.get(tensor) ?? -1] ?? tensor.storage;
      if (kind !== "bind") {
        if (!leafIndex.has(tensor)) throw new Error(`${tensor} lies behind what the request was walked for`);
        loaded.push(tensor);
      } else if (value && "range" in value) preset.set(tensor, value.range);
    }
    const resultParts = roots.map((root) => resolveView(root, computed));
    const keptBases = new Set<Value>([...resultParts.map(({ base }) => base), ...placed.keys()]);
    const places = place(device, items, preset, loaded, keptBases);

    const calls = items.map((item): Call => {
      const bindings: Record<string, BufferRange> = {};
      for (const [name, part] of Object.entries(item.reads)) bindings[name] = rangeOf(part, places);
      for (const [name, output] of Object.entries(item.writes)) bindings[name] = places.get(output) as BufferRange;
      return { kernel: item.kernel, dims: item.dims, options: item.options, scalars: constants(item), bindings };
    });
    const program = await Program.compile(device, calls);
    const scalarIndex = new Map(forward.scalars.map((scalar, index) => [scalar, index]));
    const scalars = items.flatMap((item, call) =>
      Object.entries(item.scalars).flatMap(([name, value]): ScalarUse[] => {
        const source = typeof value === "number" ? undefined : scalarIndex.get(value);
        return source === undefined ? [] : [{ source, call, name }];
      }),
    );
    const leaves = forward.leaves.map(({ tensor, kind }, leaf): LeafUse => {
      if (kind !== "bind") return { leaf, kind, range: places.get(tensor) ?? null, bindings: [] };
      return { leaf, kind, range: null, bindings: bindingsOf(tensor, items) };
    });
    const bound = new Map<Value | undefined, number>(
      leaves.flatMap(({ leaf, kind }) => (kind === "bind" ? [[forward.leaves[leaf]?.tensor, leaf]] : [])),
    );
    const made: MadeResult[] = [];
    const given: GivenResult[] = [];
    for (const [result, part] of resultParts.entries()) {
      const leaf = bound.get(part.base);
      if (leaf === undefined) made.push({ result, range: rangeOf(part, places) });
      else given.push({ result, leaf, offset: part.offset });
    }
    return new Plan(device, program, leaves, scalars, made, given);
  }

  /** Runs once: one submission. */
  run({ leaves, scalars, results }: RunInputs): void {
    const copies: { from: BufferRange; to: BufferRange }[] = [];
    for (const use of this.#leaves) {
      const value = leaves[use.leaf] as HostData | Storage;
      if (!("range" in value)) {
        if (use.range && value.length > 0) this.#device.upload(use.range, value);
      } else if (use.kind === "copy") {
        if (use.range) copies.push({ from: value.range, to: use.range });
      } else {
        for (const { call, name, offset, bytes } of use.bindings) {
          this.program.rebind(call, name, {
            buffer: value.range.buffer,
            offset: value.range.offset + offset,
            size: bytes,
          });
        }
      }
    }
    for (const [index, { source, call, name }] of this.#scalars.entries()) {
      const value = scalars[source] as number;
      if (Object.is(value, this.#last[index])) continue;
      this.#last[index] = value;
      this.program.setScalar(call, name, value);
    }
    this.program.uploadScalars();
    this.#device.submit("plan", (encoder) => {
      // A result that is part of what the plan is given is copied now: the work may change that in place.
      const copy = (from: BufferRange, to: BufferRange): void =>
        encoder.copyBufferToBuffer(from.buffer, from.offset, to.buffer, to.offset, to.size);
      for (const { from, to } of copies) copy(from, { ...to, size: from.size });
      for (const { leaf, offset, result } of this.#given) {
        copy(partOf(leaves[leaf] as Storage, offset), (results[result] as Storage).range);
      }
      const pass = encoder.beginComputePass({ label: "plan" });
      this.program.encode(pass);
      pass.end();
      for (const { range, result } of this.#made) copy(range, (results[result] as Storage).range);
    });
    if (++this.#runs === HOT_RUNS) this.#tune();
  }

  /** Lets measurements choose the kernels of a plan that is run again and again; it runs on meanwhile. */
  #tune(): void {
    if (this.program.undecided.length === 0) return;
    tune(this.#device, this.program).catch((error: unknown) => {
      // Where the device is gone, whatever is asked for next says that by itself; else a store took nothing, and all runs on.
      if (!this.#device.lost && !this.#device.disposed) console.warn("What was measured is not kept:", error);
    });
  }

  dispose(): void {
    this.program.dispose();
  }
}

function rangeOf({ base, offset, bytes }: Part, places: ReadonlyMap<Value, BufferRange>): BufferRange {
  const range = places.get(base);
  if (!range) throw new Error(`${String(base)} has no place in its plan`);
  return { buffer: range.buffer, offset: range.offset + offset, size: bytes };
}

function partOf({ range }: Storage, offset: number): BufferRange {
  return { buffer: range.buffer, offset: range.offset + offset, size: range.size - offset };
}

function constants(item: Item): Record<string, number> {
  const values: Record<string, number> = {};
  for (const [name, value] of Object.entries(item.scalars))
    values[name] = typeof value === "number" ? value : value.current;
  return values;
}

function bindingsOf(tensor: Tensor, items: readonly Item[]): LeafUse["bindings"] {
  return items.flatMap((item, call) =>
    Object.entries(item.reads).flatMap(([name, part]) =>
      part.base === tensor ? [{ call, name, offset: part.offset, bytes: part.bytes }] : [],
    ),
  );
}
