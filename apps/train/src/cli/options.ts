import { UsageError } from "./errors";

/** One option of a command: what it takes and what --help says of it. */
export type Option =
  | { kind: "flag"; help: string }
  | { kind: "text"; value: string; help: string }
  | { kind: "choice"; of: readonly string[]; help: string }
  | { kind: "whole"; least: number; most?: number; help: string }
  | { kind: "number"; above: number; help: string };

/** Options by name, without the dashes. */
export type OptionTable = Readonly<Record<string, Option>>;

type ValueOf<O extends Option> = O extends { kind: "flag" }
  ? boolean
  : O extends { kind: "choice"; of: readonly (infer Choice)[] }
    ? Choice | undefined
    : O extends { kind: "text" }
      ? string | undefined
      : number | undefined;

/** What was given; a flag is false and any other option undefined where it was not. */
export type OptionValues<Table extends OptionTable> = { -readonly [Name in keyof Table]: ValueOf<Table[Name]> };

/**
 * Reads `--name value`, `--name=value` and flags.
 * @throws UsageError that names what there is, for an unknown option, a value out of range, or one too few or many
 */
export function parseOptions<const Table extends OptionTable>(
  args: readonly string[],
  table: Table,
): OptionValues<Table> {
  const values: Record<string, string | number | boolean | undefined> = {};
  for (const [name, { kind }] of Object.entries(table)) values[name] = kind === "flag" ? false : undefined;
  const rest = [...args];
  for (let arg = rest.shift(); arg !== undefined; arg = rest.shift()) {
    if (!arg.startsWith("--"))
      throw new UsageError(`${arg} is not an option. Options start with --: ${listed(table)}.`);
    const [name = "", inline] = splitOnce(arg.slice(2), "=");
    const option = Object.hasOwn(table, name) ? table[name] : undefined;
    if (!option) throw new UsageError(`There is no option --${name}. There are ${listed(table)}.`);
    if (option.kind === "flag") {
      if (inline !== undefined) throw new UsageError(`--${name} takes no value but got ${inline}.`);
      values[name] = true;
      continue;
    }
    const given = inline ?? rest.shift();
    if (given === undefined || given === "" || (inline === undefined && given.startsWith("--"))) {
      throw new UsageError(`--${name} should be followed by ${wanted(option)}.`);
    }
    values[name] = read(name, option, given);
  }
  return values as OptionValues<Table>; // each entry was read as its table entry says
}

/** How --help writes an option: "--epochs N". */
export function optionSyntax(name: string, option: Option): string {
  if (option.kind === "flag") return `--${name}`;
  if (option.kind === "text") return `--${name} ${option.value}`;
  return `--${name} ${option.kind === "choice" ? option.of.join("|") : option.kind === "whole" ? "N" : "X"}`;
}

function read(name: string, option: Exclude<Option, { kind: "flag" }>, given: string): string | number {
  const refuse = () => new UsageError(`--${name} should be ${wanted(option)} but is ${given}.`);
  switch (option.kind) {
    case "text":
      return given;
    case "choice":
      if (!option.of.includes(given)) throw refuse();
      return given;
    case "whole": {
      const value = /^\d+$/.test(given) ? Number(given) : Number.NaN;
      if (!(value >= option.least && value <= (option.most ?? Number.MAX_SAFE_INTEGER))) throw refuse();
      return value;
    }
    case "number": {
      const value = Number(given);
      if (!(value > option.above && Number.isFinite(value))) throw refuse();
      return value;
    }
  }
}

function wanted(option: Exclude<Option, { kind: "flag" }>): string {
  switch (option.kind) {
    case "text":
      return `a ${option.value.toLowerCase()}`;
    case "choice":
      return `one of ${option.of.join(", ")}`;
    case "whole":
      return option.most === undefined
        ? `a whole number of at least ${option.least}`
        : `a whole number from ${option.least} to ${option.most}`;
    case "number":
      return `a number above ${option.above}`;
  }
}

function listed(table: OptionTable): string {
  return Object.keys(table)
    .map((name) => `--${name}`)
    .join(", ");
}

function splitOnce(text: string, separator: string): [string, string | undefined] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + separator.length)];
}
