import { type GoldenTensor, isGoldenTensor, parseGoldenTensor } from "@unroll/testing";
import { DEFAULT_TOLERANCE, type Tolerance, UnsupportedCase } from "./compare";

/** Numbers that miss what others computed anew by more than this are wrong, not rounded. */
const MOST_KNOWN_ERROR = 1e-4;

type Record_ = Readonly<Record<string, unknown>>;

function isRecord(value: unknown): value is Record_ {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * A record of a golden file, read by type: a field of another type is a TypeError that says where. `only` refuses
 * fields that the reader does not know, so that none is ever passed over.
 */
export class Fields {
  readonly #where: string;
  readonly #record: Record_;

  /** @throws TypeError if `record` is not one */
  constructor(where: string, record: unknown) {
    this.#where = where;
    if (!isRecord(record)) throw new TypeError(`${where} should be a record but is ${JSON.stringify(record)}.`);
    this.#record = record;
  }

  get keys(): string[] {
    return Object.keys(this.#record);
  }

  has(key: string): boolean {
    return this.#record[key] !== undefined;
  }

  /** @throws UnsupportedCase naming each field that is not in `known` */
  only(...known: readonly string[]): this {
    const unknown = this.keys.filter((key) => !known.includes(key));
    if (unknown.length === 0) return this;
    throw new UnsupportedCase(`${this.#where}: ${unknown.join(", ")} not known`);
  }

  raw(key: string): unknown {
    return this.#record[key];
  }

  text(key: string, fallback?: string): string {
    const value = this.#record[key] ?? fallback;
    return typeof value === "string" ? value : this.#refuse(key, "a text");
  }

  number(key: string, fallback?: number): number {
    const value = this.#record[key] ?? fallback;
    return typeof value === "number" ? value : this.#refuse(key, "a number");
  }

  /** A truth value, also written as 0 or 1. */
  flag(key: string, fallback?: boolean): boolean {
    const value = this.#record[key] ?? fallback;
    if (value === 0 || value === 1) return value === 1;
    return typeof value === "boolean" ? value : this.#refuse(key, "true, false, 0 or 1");
  }

  array(key: string, fallback?: readonly unknown[]): readonly unknown[] {
    const value = this.#record[key] ?? fallback;
    return Array.isArray(value) ? value : this.#refuse(key, "a list");
  }

  numbers(key: string, fallback?: readonly number[]): number[] {
    return this.array(key, fallback).map((value) =>
      typeof value === "number" ? value : this.#refuse(key, "a list of numbers"),
    );
  }

  texts(key: string, fallback?: readonly string[]): string[] {
    return this.array(key, fallback).map((value) =>
      typeof value === "string" ? value : this.#refuse(key, "a list of texts"),
    );
  }

  tensor(key: string): GoldenTensor {
    return parseGoldenTensor(this.#record[key], `${this.#where}.${key}`);
  }

  optionalTensor(key: string): GoldenTensor | undefined {
    return this.has(key) ? this.tensor(key) : undefined;
  }

  /** A tensor, or a list of them. */
  tensors(key: string): GoldenTensor[] {
    const value = this.#record[key];
    const list = isGoldenTensor(value) ? [value] : this.array(key);
    return list.map((each, index) => parseGoldenTensor(each, `${this.#where}.${key}[${index}]`));
  }

  fields(key: string, fallback?: Record_): Fields {
    return new Fields(`${this.#where}.${key}`, this.#record[key] ?? fallback);
  }

  list(key: string, fallback?: readonly unknown[]): Fields[] {
    return this.array(key, fallback).map((each, index) => new Fields(`${this.#where}.${key}[${index}]`, each));
  }

  /**
   * Its `atol` and `rtol`, 0 for the one of them that is not stated. Where neither is, `outer`; without that the default,
   * 1e-5 from what is right. What is stated may itself be further off: `checked` says by how much it missed what others
   * computed anew, and so far from it we may be too.
   */
  tolerance(outer?: Tolerance): Tolerance {
    if (this.has("atol") || this.has("rtol"))
      return { absolute: this.number("atol", 0), relative: this.number("rtol", 0) };
    if (outer) return outer;
    return { ...DEFAULT_TOLERANCE, absolute: DEFAULT_TOLERANCE.absolute + this.#knownError() };
  }

  /** The smallest error that `checked` reports; 0 where there is none, or it casts doubt on the case as a whole. */
  #knownError(): number {
    const errors = this.list("checked", []).flatMap((by) => {
      const error = by.raw("max_abs_err");
      return typeof error === "number" ? [error] : [];
    });
    const least = Math.min(...errors);
    return least <= MOST_KNOWN_ERROR ? least : 0;
  }

  #refuse(key: string, expected: string): never {
    throw new TypeError(`${this.#where}.${key} should be ${expected} but is ${JSON.stringify(this.#record[key])}.`);
  }
}

/** Fields of every case that say where it is from. */
export const ABOUT = ["name", "source", "checked", "notes"] as const;
