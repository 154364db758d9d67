import { add, embedding, expectExtent, expectKnown, Module, ModuleBuffer, reshape, slice, Tensor } from "@unroll/nn";
import { expectPlaces, type PlaceOptions, placesFrom } from "./places";

export interface SinusoidalOptions {
  /** The wavelengths go from 2π up to 2π times this; 10,000 by default. */
  base?: number;
  /** Places for which the table is made at first; it grows where a longer sequence comes. 512 by default. */
  length?: number;
  /**
   * Whether sine and cosine of one wavelength are neighbours, as in the paper; otherwise all sines come before all cosines.
   * True by default.
   */
  interleaved?: boolean;
}

/**
 * Table of sinusoidal positions [length, size] (Vaswani et al. 2017, section 3.5):
 *   PE[p, 2i] = sin(p / base^(2i/size)),   PE[p, 2i + 1] = cos(p / base^(2i/size))
 */
export function sinusoidalTable(
  length: number,
  size: number,
  options: Omit<SinusoidalOptions, "length"> = {},
): Float32Array<ArrayBuffer> {
  const { base = 10_000, interleaved = true } = expectKnown("sinusoidalTable", options, ["base", "interleaved"]);
  const table = new Float32Array(length * size);
  const sines = Math.ceil(size / 2);
  for (let p = 0; p < length; p++) {
    for (let i = 0; i < sines; i++) {
      const angle = p / base ** ((2 * i) / size);
      table[p * size + (interleaved ? 2 * i : i)] = Math.sin(angle);
      const other = interleaved ? 2 * i + 1 : sines + i;
      if (other < size) table[p * size + other] = Math.cos(angle);
    }
  }
  return table;
}

/** Adds sinusoidal positions to x: y[b, t] = x[b, t] + PE[t]. It has no parameters, and any length is in its table. */
export class SinusoidalPositions extends Module {
  readonly size: number;
  readonly #options: Omit<SinusoidalOptions, "length">;
  #table: Tensor;

  /** @throws ValueError if a size is not a positive whole number */
  constructor(size: number, options: SinusoidalOptions = {}) {
    super();
    expectKnown("SinusoidalPositions", options, ["base", "length", "interleaved"]);
    const { length = 512, ...table } = options;
    expectExtent("SinusoidalPositions", { length });
    this.size = expectExtent("SinusoidalPositions", { size });
    this.#options = table;
    this.#table = this.#make(length);
  }

  /**
   * @param x [B, T, size]
   * @returns [B, T, size]
   * @throws ShapeError if x has other features
   */
  forward(x: Tensor, options: PlaceOptions = {}): Tensor {
    const { T, offset, before } = expectPlaces("SinusoidalPositions.forward", x, this.size, options);
    this.reserve(before + T);
    const table = this.inPrecision(this.#table);
    if (offset instanceof Tensor) return add(x, embedding(table, placesFrom(offset, T)));
    return add(x, reshape(slice(table, 0, offset, offset + T), [1, T, this.size]));
  }

  /** Makes the table long enough for sequences of `length` steps: needed only where an offset is known to the device alone. */
  reserve(length: number): void {
    const [known = 0] = this.#table.shape;
    if (length > known) this.#table = this.#make(Math.max(length, 2 * known));
  }

  #make(length: number): Tensor {
    return new ModuleBuffer(sinusoidalTable(length, this.size, this.#options), [length, this.size]);
  }
}
