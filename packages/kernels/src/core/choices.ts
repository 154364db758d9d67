import { adapterName } from "./adapter";
import type { AnyKernel } from "./define-kernel";
import { ValueError } from "./errors";
import { type Candidate, candidates, type DeviceFacts, type VariantFacts } from "./variants";

/**
 * How a kernel is chosen where several could do the work: by measurement, always the one expected to be fastest, or
 * always the plain one, which is the readable baseline.
 */
export type ChoicePolicy = "measured" | "expected" | "plain";

/** Where measured choices are kept from one run to the next: see `indexedDBStore`; in Node two calls of `fs` make one. */
export interface ChoiceStore {
  /** What `save` was last given, or null. */
  load(): Promise<string | null>;
  save(text: string): Promise<void>;
}

/** The kernel that runs a call, and why. */
export interface Chosen {
  readonly kernel: AnyKernel;
  /** As `explain` prints it. */
  readonly why: string;
}

/** Times of the candidates for one call, in nanoseconds by the kernel's name. */
type Times = Readonly<Record<string, number>>;

const FORMAT = "unroll choices 1";

/** Which kernel runs which call on one device, from what was measured on it and what is expected of it. */
export class Choices {
  readonly policy: ChoicePolicy;
  readonly #device: DeviceFacts;
  readonly #store: ChoiceStore | null;
  readonly #measured = new Map<string, Times>();

  constructor(device: DeviceFacts, policy: ChoicePolicy, store: ChoiceStore | null) {
    this.#device = device;
    this.policy = policy;
    this.#store = store;
  }

  /** The kernel for a call: the fastest measured, else the one expected to be fastest. */
  find(kernel: AnyKernel, call: VariantFacts): Chosen {
    if (this.policy === "plain" && "variants" in kernel) return { kernel, why: "the plain kernel, as was asked for" };
    const able = candidates(kernel, call, this.#device);
    const best = able[0] as Candidate;
    if (able.length === 1)
      return { kernel, why: "variants" in kernel ? "the only kernel that can" : "the only kernel for this" };
    const times = this.policy === "measured" ? this.#measured.get(keyOf(kernel, call, able)) : undefined;
    if (!times || Object.keys(times).length === 0)
      return { kernel: best.kernel, why: `expected to be the fastest of ${able.length}: ${best.why}` };
    const took = ({ kernel: { name } }: Candidate): number => times[name] ?? Number.POSITIVE_INFINITY;
    const [first = best, second] = able.filter((c) => c.kernel.name in times).sort((a, b) => took(a) - took(b));
    const rival = second ? `, ${duration(took(first))} against ${duration(took(second))} of ${second.kernel.name}` : "";
    return { kernel: first.kernel, why: `measured: fastest of ${Object.keys(times).length}${rival}` };
  }

  /** The candidates for a call among which only a measurement can decide; none where that is not wanted, or was done. */
  open(kernel: AnyKernel, call: VariantFacts): readonly Candidate[] {
    if (this.policy !== "measured" || !("variants" in kernel)) return [];
    const able = candidates(kernel, call, this.#device);
    if (this.#measured.has(keyOf(kernel, call, able))) return [];
    // What is expected of software adapters is known well, and there compiling a candidate may take a second.
    const least = (able[0]?.speed ?? 0) * (this.#device.adapter.isSoftware ? 0.7 : 0.2);
    const promising = able.filter(({ speed }) => speed >= least);
    return promising.length < 2 ? [] : promising;
  }

  /** Notes how long the candidates for a call took. */
  record(kernel: AnyKernel, call: VariantFacts, times: Times): void {
    this.#measured.set(keyOf(kernel, call, candidates(kernel, call, this.#device)), times);
  }

  /** Brings back what an earlier run stored, if it was on such a device. Anything else there is left alone. */
  async load(): Promise<void> {
    const text = await this.#store?.load();
    if (!text) return;
    const stored = parse(text);
    if (stored.format !== FORMAT || stored.device !== adapterName(this.#device.adapter)) return;
    for (const [key, times] of Object.entries(stored.times)) this.#measured.set(key, times);
  }

  /** Stores what was measured, where a store was given. */
  async save(): Promise<void> {
    await this.#store?.save(this.toString());
  }

  /** All that was measured, as `load` reads it. */
  toString(): string {
    const times = Object.fromEntries(this.#measured);
    return JSON.stringify({ format: FORMAT, device: adapterName(this.#device.adapter), times });
  }
}

function parse(text: string): { format?: unknown; device?: unknown; times: Record<string, Times> } {
  try {
    const { format, device, times } = JSON.parse(text);
    return { format, device, times: typeof times === "object" && times !== null ? times : {} };
  } catch (cause) {
    throw new ValueError(
      {
        where: "Choices.load",
        what: "the stored choices",
        expected: "JSON as an earlier run saved it",
        received: `${text.slice(0, 40)}…`,
        remedy: "Delete the file or the database: they are measured again.",
      },
      { cause },
    );
  }
}

/** What tells a call from every other whose best kernel may be another; which candidates there were is part of it. */
function keyOf(kernel: AnyKernel, { dims, options, has }: VariantFacts, able: readonly Candidate[]): string {
  const names = able.map((candidate) => candidate.kernel.name).sort();
  const given = Object.keys(has).filter((name) => has[name]);
  return JSON.stringify([kernel.name, names, dims, options, given]);
}

function duration(nanoseconds: number): string {
  const us = nanoseconds / 1000;
  return us < 100 ? `${us.toFixed(1)} µs` : us < 1e5 ? `${us.toFixed(0)} µs` : `${(us / 1000).toFixed(0)} ms`;
}
