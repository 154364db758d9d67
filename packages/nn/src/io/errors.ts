import { UnrollError } from "@unroll/kernels";
import { quoted } from "./quoted";

/** Where a file breaks its format, and how. */
export interface FileFormatFacts {
  /** The function that read the file: "decodeSafetensors". */
  readonly where: string;
  /** What in the file is at fault: `the shape of tensor "out.weight"`. */
  readonly field: string;
  /** Bytes from the start of the file to the fault. */
  readonly offset: number;
  readonly expected: string;
  readonly received: string;
  /** What the caller can do about it: a full sentence. */
  readonly remedy: string;
}

/** A file is damaged, hostile, or holds what this library does not read; `field` and `offset` say where. */
export class FileFormatError extends UnrollError {
  override readonly name = "FileFormatError";
  readonly field: string;
  readonly offset: number;

  constructor({ where, field, offset, expected, received, remedy }: FileFormatFacts) {
    super({ where, what: `${field}, at byte ${offset},`, expected, received, remedy });
    this.field = field;
    this.offset = offset;
  }
}

/** A tensor of a state dict that is there but not as the module needs it. */
export interface Mismatch {
  readonly name: string;
  readonly expected: string;
  readonly received: string;
}

/** All the ways in which a state dict and a module differ. */
export interface StateDictDifferences {
  /** Names that the module needs and the dict lacks. */
  readonly missing: readonly string[];
  /** Names that the dict has and the module does not know. */
  readonly unexpected: readonly string[];
  /** Names that both have, with another shape or dtype. */
  readonly mismatched: readonly Mismatch[];
}

/** A state dict, or a set of parameters, does not fit a model: every difference at once, so that one attempt tells the whole story. */
export class StateDictError extends UnrollError implements StateDictDifferences {
  override readonly name = "StateDictError";
  readonly missing: readonly string[];
  readonly unexpected: readonly string[];
  readonly mismatched: readonly Mismatch[];

  /** @param subject what differs from what: "the state dict does not fit Linear(3 → 2)" */
  constructor(where: string, subject: string, remedy: string, differences: StateDictDifferences) {
    const { missing, unexpected, mismatched } = differences;
    const parts = [
      list("missing", missing.map(quoted)),
      list("unexpected", unexpected.map(quoted)),
      list(
        "wrong",
        mismatched.map(({ name, expected, received }) => `${quoted(name)} should be ${expected} but is ${received}`),
      ),
    ];
    super({ where, what: subject, remedy: `${parts.filter(Boolean).join("; ")}. ${remedy}` });
    this.missing = missing;
    this.unexpected = unexpected;
    this.mismatched = mismatched;
  }
}

/** A message stays readable however many names differ; the error's fields always hold them all. */
const LISTED = 24;

function list(label: string, items: readonly string[]): string {
  if (items.length === 0) return "";
  const more = items.length > LISTED ? ` and ${items.length - LISTED} more` : "";
  return `${label}: ${items.slice(0, LISTED).join(", ")}${more}`;
}
