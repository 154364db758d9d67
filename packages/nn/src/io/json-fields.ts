import { ModelFormatError } from "./model-format-error";
import { quoted } from "./quoted";

type Json = Readonly<Record<string, unknown>>;

/** Where a document is read: who reads it, on the way to what, inside which layer. */
export interface Place {
  readonly where: string;
  readonly path: string;
  readonly layer?: string | undefined;
}

/** An object of a JSON document, read by type; a field of another type is an error that says where it lies. */
export class JsonFields {
  readonly place: Place;
  readonly #fields: Json;

  /** @throws ModelFormatError if `value` is no object */
  constructor(place: Place, value: unknown) {
    this.place = place;
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      refuse(place, "", "an object", value);
    }
    this.#fields = value as Json;
  }

  get keys(): string[] {
    return Object.keys(this.#fields);
  }

  /** The same fields, with errors that name the layer. */
  ofLayer(layer: string): JsonFields {
    return new JsonFields({ ...this.place, layer }, this.#fields);
  }

  /** Whether a field is there, and not null. */
  has(key: string): boolean {
    return Object.hasOwn(this.#fields, key) && this.#fields[key] !== null && this.#fields[key] !== undefined;
  }

  raw(key: string): unknown {
    return Object.hasOwn(this.#fields, key) ? this.#fields[key] : undefined;
  }

  text(key: string, fallback?: string): string {
    const value = this.has(key) ? this.raw(key) : fallback;
    return typeof value === "string" ? value : this.refuse(key, "a text");
  }

  flag(key: string, fallback?: boolean): boolean {
    const value = this.has(key) ? this.raw(key) : fallback;
    return typeof value === "boolean" ? value : this.refuse(key, "true or false");
  }

  number(key: string, fallback?: number): number {
    const value = this.has(key) ? this.raw(key) : fallback;
    return typeof value === "number" && Number.isFinite(value) ? value : this.refuse(key, "a finite number");
  }

  /** A whole number of at least `least`. */
  count(key: string, least = 1): number {
    const value = this.raw(key);
    return typeof value === "number" && Number.isSafeInteger(value) && value >= least
      ? value
      : this.refuse(key, `a whole number of at least ${least}`);
  }

  /** A number from 0 up to but not including 1. */
  probability(key: string): number {
    const value = this.number(key, 0);
    return value >= 0 && value < 1 ? value : this.refuse(key, "at least 0 and less than 1");
  }

  list(key: string): readonly unknown[] {
    const value = this.raw(key);
    return Array.isArray(value) ? value : this.refuse(key, "a list");
  }

  /** @throws ModelFormatError if the field is no object */
  object(key: string): JsonFields {
    return new JsonFields(this.at(key), this.raw(key));
  }

  objects(key: string): JsonFields[] {
    return this.list(key).map((each, index) => new JsonFields(this.at(`${key}[${index}]`), each));
  }

  at(key: string): Place {
    return { ...this.place, path: this.place.path ? `${this.place.path}.${key}` : key };
  }

  refuse(key: string, expected: string, remedy?: string): never {
    return refuse(this.place, key, expected, this.raw(key), remedy);
  }
}

function refuse({ where, path, layer }: Place, key: string, expected: string, value: unknown, remedy?: string): never {
  const whole = key === "" ? path : path ? `${path}.${key}` : key;
  throw new ModelFormatError({ where, path: whole || "the document", layer, expected, received: told(value), remedy });
}

/** A value of a document, safe to print. */
export function told(value: unknown): string {
  if (value === undefined) return "missing";
  if (typeof value === "string") return quoted(value);
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

/** @throws ModelFormatError if `text` is no JSON */
export function parseJson(where: string, what: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    // What JSON.parse says differs from engine to engine; it is kept as the cause.
    const remedy = "Fetch or write it again.";
    throw new ModelFormatError({ where, path: what, expected: "JSON", received: "malformed", remedy }, { cause });
  }
}
