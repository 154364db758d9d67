import { optionHelp, wrap } from "./cli/help";
import { type OptionTable, type OptionValues, parseOptions } from "./cli/options";
import type { Terminal } from "./cli/terminal";

/** Options that every task takes. */
const COMMON = {
  out: {
    kind: "text",
    value: "DIR",
    help: "Folder for plots, weights and run card; runs/TASK in the repository when absent.",
  },
  json: {
    kind: "flag",
    help: "Standard output is one line of JSON, the final score; all else goes to standard error.",
  },
  verbose: { kind: "flag", help: "Errors with their stack." },
  help: { kind: "flag", help: "This text." },
} as const satisfies OptionTable;

type CommonValues = OptionValues<typeof COMMON>;

/** Where a task works. */
export interface TaskContext {
  terminal: Terminal;
  /** Built page that trains. */
  pageDirectory: string;
  /** Where the task's files go. */
  out: string;
}

/** The side of a task that runs in Node: it loads the data, has the page train, reports and writes files. */
export interface Task {
  readonly name: string;
  /** One line for the list of tasks. */
  readonly summary: string;
  help(): string;
  /** @throws UsageError if the arguments are not understood */
  prepare(args: readonly string[]): PreparedTask;
}

export interface PreparedTask {
  readonly common: CommonValues;
  /** Does the work and returns the final score, for --json. */
  run(context: TaskContext): Promise<object>;
}

/** Makes a task of a table of options and what is done with their values. */
export function defineTask<const Table extends OptionTable>(definition: {
  name: string;
  summary: string;
  description: string;
  options: Table;
  run(values: OptionValues<Table>, context: TaskContext): Promise<object>;
}): Task {
  const { name, summary, description, options, run } = definition;
  return {
    name,
    summary,
    help: () =>
      [
        `npm run train -- ${name} [OPTIONS]`,
        wrap(description, 100).join("\n"),
        `${optionHelp({ ...options, ...COMMON })}\n`,
      ].join("\n\n"),
    prepare(args) {
      const values = parseOptions(args, { ...options, ...COMMON });
      // Each table's part of what was read; the intersection is not one that inference can take apart.
      return { common: values as CommonValues, run: (context) => run(values as OptionValues<Table>, context) };
    },
  };
}
