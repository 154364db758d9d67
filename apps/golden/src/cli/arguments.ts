/** What the user asked for. */
export type Arguments = {
  readonly directory: string;
  readonly filter: string;
  readonly json: boolean;
  readonly verbose: boolean;
  readonly help: boolean;
};

/** A command line that cannot be understood; the message says what there is. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

export const HELP = `Usage: npm run golden -- DIR [options]

Runs the cases of every golden file in DIR (*.json of the form { meta, cases }, and porter_stemmer*.tsv) through the
packages in headless Chrome and prints the largest error of each. A case that cannot run yet is named with the reason;
it counts as neither passed nor failed. Exits with 1 if a case does not match its numbers, with 2 if there is nothing to
run.

Options:
  --filter TEXT   only cases with TEXT in "family/name"
  --json          all of this on standard error, and one line of JSON on standard output:
                  { passed, failed, unsupported, adapter, cases }
  --verbose       every output of every case, and where in the code a case failed
  --help          this text

PUPPETEER_EXECUTABLE_PATH names the browser to use.
`;

/** @throws UsageError for an unknown option, a missing value, or other than one directory */
export function parseArguments(args: readonly string[]): Arguments {
  const directories: string[] = [];
  let filter = "";
  const flags = { json: false, verbose: false, help: false };
  const rest = [...args];
  for (let arg = rest.shift(); arg !== undefined; arg = rest.shift()) {
    const [option = "", ...value] = arg.split("=");
    if (option === "--filter") filter = value.length > 0 ? value.join("=") : valueAfter(option, rest);
    else if (arg === "--json" || arg === "--verbose" || arg === "--help") flags[nameOf(arg)] = true;
    else if (arg.startsWith("-")) {
      throw new UsageError(`There is no option ${arg}; there are --filter, --json, --verbose and --help.`);
    } else directories.push(arg);
  }
  const [directory = ""] = directories;
  if (directories.length !== 1 && !flags.help) {
    throw new UsageError(
      `One directory of golden files should be named, but ${directories.length} were: npm run golden -- DIR`,
    );
  }
  return { directory, filter, ...flags };
}

function nameOf(flag: "--json" | "--verbose" | "--help"): "json" | "verbose" | "help" {
  return ({ "--json": "json", "--verbose": "verbose", "--help": "help" } as const)[flag];
}

function valueAfter(option: string, rest: string[]): string {
  const value = rest.shift();
  if (value === undefined) throw new UsageError(`${option} should be followed by a text.`);
  return value;
}
