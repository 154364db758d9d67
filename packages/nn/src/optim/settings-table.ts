import { BLOCK, SETTINGS_WORDS } from "@unroll/kernels";
import { Tensor } from "../tensor/tensor";
import type { ClippingUnits } from "./clipping-units";
import type { Segment } from "./segment";

/** The settings of one group in one update. */
export interface GroupNumbers {
  readonly lr: number;
  readonly weightDecay: number;
  readonly clipNorm: number;
}

/**
 * What is told of each parameter of a segment to the kernels of an update, where not all are alike. It is uploaded with
 * each update.
 */
export class SettingsTable {
  /** [P, 4]: first word, learning rate, weight decay, clipping unit. */
  readonly settings: Tensor;
  /** [U, 4]: first block in this segment, block after the last, clipNorm, 0; none where all are clipped together. */
  readonly units: Tensor | null;
  readonly #groups: readonly number[];
  readonly #unitGroups: readonly number[];
  readonly #words: { settings: Words; units: Words };

  constructor({ parameters, starts, size }: Segment, units: ClippingUnits) {
    const P = parameters.length;
    const U = units.groups.length;
    const places = parameters.map((parameter) => units.of.get(parameter) as { group: number; unit: number });
    this.#groups = places.map(({ group }) => group);
    this.#unitGroups = units.groups;
    this.#words = { settings: words(P * SETTINGS_WORDS), units: words(U * SETTINGS_WORDS) };
    for (const [k, { unit }] of places.entries()) {
      this.#words.settings.bits.set([starts[k] as number, 0, 0, unit], k * SETTINGS_WORDS);
    }
    for (let unit = 0; unit < U; unit++) {
      const [first, last] = [
        places.findIndex((of) => of.unit === unit),
        places.findLastIndex((of) => of.unit === unit),
      ];
      if (first < 0) continue; // all of it lies in other segments: no blocks here
      const end = starts[last + 1] ?? size;
      this.#words.units.bits.set([(starts[first] as number) / BLOCK, end / BLOCK], unit * SETTINGS_WORDS);
    }
    this.settings = hostTable(this.#words.settings.bits, "update settings");
    this.units = U > 0 ? hostTable(this.#words.units.bits, "clipping units") : null;
  }

  /** Takes in what holds for the next update. */
  write(numbers: readonly GroupNumbers[]): void {
    for (const [k, group] of this.#groups.entries()) {
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

/** [P, 4]: the blocks of each parameter of a segment [first, after the last] and its elements. */
export function parameterUnits({ parameters, starts, size }: Segment): Tensor {
  const rows = parameters.flatMap((parameter, k) => {
    const end = starts[k + 1] ?? size;
    return [(starts[k] as number) / BLOCK, end / BLOCK, parameter.size, 0];
  });
  return hostTable(Uint32Array.from(rows), "parameter blocks");
}
