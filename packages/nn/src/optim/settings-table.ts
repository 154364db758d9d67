import { BLOCK, SETTINGS_WORDS } from "@unroll/kernels";
import { Tensor } from "../tensor/tensor";
import type { FlatParameters } from "./flat-parameters";
import type { OptimizerGroup } from "./groups";

/** Which gradients are scaled together so that their norm is at most `clipNorm`: all, each group's, each parameter's. */
export type ClipScope = "all" | "group" | "parameter";

/** The settings of one group in one update. */
export interface GroupNumbers {
  readonly lr: number;
  readonly weightDecay: number;
  readonly clipNorm: number;
}

/** What is told of each parameter to the kernels of an update, where not all are alike. It is uploaded with each update. */
export class SettingsTable {
  /** [P, 4]: first word, learning rate, weight decay, clipping unit. */
  readonly settings: Tensor;
  /** [U, 4]: first block, block after the last, clipNorm, 0; none where all are clipped together. */
  readonly units: Tensor | null;
  readonly #groupOf: readonly number[];
  readonly #unitGroups: readonly number[];
  readonly #words: { settings: Words; units: Words };

  constructor({ parameters, starts, size }: FlatParameters, groups: readonly OptimizerGroup[], scope: ClipScope) {
    const P = parameters.length;
    this.#groupOf = groups.flatMap((group, index) => group.parameters.map(() => index));
    const unitOf = parameters.map((_, k) => (scope === "parameter" ? k : scope === "group" ? this.#group(k) : 0));
    const U = scope === "all" ? 0 : (unitOf.at(-1) as number) + 1;
    this.#unitGroups = Array.from({ length: U }, (_, unit) => this.#group(unitOf.indexOf(unit)));
    this.#words = { settings: words(P * SETTINGS_WORDS), units: words(U * SETTINGS_WORDS) };
    for (let k = 0; k < P; k++) this.#words.settings.bits.set([starts[k] as number, 0, 0, unitOf[k] as number], k * 4);
    for (let unit = 0; unit < U; unit++) {
      const end = starts[unitOf.lastIndexOf(unit) + 1] ?? size;
      this.#words.units.bits.set([(starts[unitOf.indexOf(unit)] as number) / BLOCK, end / BLOCK, 0, 0], unit * 4);
    }
    this.settings = hostTable(this.#words.settings.bits, "update settings");
    this.units = U > 0 ? hostTable(this.#words.units.bits, "clipping units") : null;
  }

  #group(k: number): number {
    return this.#groupOf[k] as number;
  }

  /** Units that are clipped apart. */
  get clippingUnits(): number {
    return this.#unitGroups.length;
  }

  /** Takes in what holds for the next update. */
  write(numbers: readonly GroupNumbers[]): void {
    for (const [k, group] of this.#groupOf.entries()) {
      const { lr, weightDecay } = numbers[group] as GroupNumbers;
      this.#words.settings.floats.set([lr, weightDecay], k * SETTINGS_WORDS + 1);
    }
    for (const [unit, group] of this.#unitGroups.entries()) {
      this.#words.units.floats[unit * SETTINGS_WORDS + 2] = (numbers[group] as GroupNumbers).clipNorm;
    }
  }
}

interface Words {
  readonly bits: Uint32Array<ArrayBuffer>;
  readonly floats: Float32Array<ArrayBuffer>;
}

function words(count: number): Words {
  const bits = new Uint32Array(count);
  return { bits, floats: new Float32Array(bits.buffer) };
}

/** A table of rows of four words, told from the host with each update. */
export function hostTable(bits: Uint32Array<ArrayBuffer>, name: string, width = SETTINGS_WORDS): Tensor {
  const table = new Tensor({ kind: "host", data: bits }, [bits.length / width, width], "u32");
  table.name = name;
  return table;
}

/** [P, 4]: the blocks of each parameter [first, after the last] and its elements. */
export function parameterUnits({ parameters, starts, size }: FlatParameters): Tensor {
  const rows = parameters.flatMap((parameter, k) => {
    const end = starts[k + 1] ?? size;
    return [(starts[k] as number) / BLOCK, end / BLOCK, parameter.size, 0];
  });
  return hostTable(Uint32Array.from(rows), "parameter blocks");
}
