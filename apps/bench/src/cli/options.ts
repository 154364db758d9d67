import { UsageError } from "../errors";

/** What the user asked for. */
export type Options = {
  /** Regular expression for the names of rows. */
  filter: string | undefined;
  runtime: "chrome" | "node";
  quick: boolean;
  budgetMs: number | undefined;
  limits: "raised" | "default";
  choices: "measured" | "expected";
  compare: string | undefined;
  /** How much slower a row may be before the exit status tells. */
  threshold: number;
  out: string | undefined;
  json: boolean;
  page: boolean;
  verbose: boolean;
  help: boolean;
};

export const HELP = `Usage: npm run bench -- [options]

Measures every kernel, layers forward, backward and in training steps, and whole models, against what the device can do,
which the same run measures first: the peak of an arithmetic loop, the bandwidth of a copy, the cost of a dispatch, a
submission and a readback. A row is the median of 30 samples after warm-up, fewer (n says) where its time is up.

  pass       forward; backward: forward and the gradients; step: these and Adam's update
  GFLOP/s    of layers and models only the multiplications and additions of their matmuls
  GB/s       of the least traffic: inputs and weights read once, results written once
  roofline   time needed at the device's peak or bandwidth, whichever is more, over time taken; more than 100 % where
             the arrays fit caches
  made       buffers and bind groups that one call creates after warm-up

Options:
  --filter NAME       only rows whose name matches this regular expression, in either case. Some are measured only when named, since they
                      take minutes on a slow device: scaling (an LSTM's training step at doubling sizes, T up to 4096, H
                      up to 2048) and LSTM-published (B 16, T 1024, I = H = 768)
  --quick             the smallest size of each, 10 samples, a second each
  --budget SECONDS    for the samples of each row (10)
  --runtime NAME      chrome (headless, the default) or node (through the npm package webgpu)
  --limits NAME       raised (what the device has, the default) or default (what every WebGPU device has)
  --choices NAME      how kernels are chosen: measured (on this device, the default) or expected (what is known of it)
  --compare OLD       with an earlier run's --out file, or another checkout of this repository that was built, which is then
                      measured in turns with this one; exits with 1 if a row is slower, see --threshold
  --threshold RATIO   a row is slower if its time is more than this times the old one, with 95 % confidence (1.10)
  --out FILE          writes the run as JSON
  --json              all else on standard error; the last line of standard output is the run as JSON:
                      { device, software, roofline, rows, … }
  --page              serves the page that measures in your own browser, and prints its address
  --verbose           a line for each row as it is measured, and where in the code an error arose
  --help              this text

PUPPETEER_EXECUTABLE_PATH names the browser to use. A software adapter is labelled as such wherever its numbers are shown.
`;

const FLAGS = ["quick", "json", "page", "verbose", "help"] as const;
const VALUES = ["filter", "budget", "runtime", "limits", "choices", "compare", "threshold", "out"] as const;

/** @throws UsageError for an option that does not exist, or a value that it cannot have */
export function parseOptions(args: readonly string[]): Options {
  const flags = new Set<string>();
  const values = new Map<string, string>();
  const rest = [...args];
  for (let arg = rest.shift(); arg !== undefined; arg = rest.shift()) {
    const [, name = "", inline] = /^--([^=]*)(?:=(.*))?$/s.exec(arg) ?? [];
    if (FLAGS.some((flag) => flag === name)) {
      if (inline !== undefined) throw new UsageError(`--${name} takes no value but got ${inline}.`);
      flags.add(name);
    } else if (VALUES.some((value) => value === name)) {
      const value = inline ?? rest.shift();
      if (!value || (inline === undefined && value.startsWith("--"))) {
        throw new UsageError(`--${name} should be followed by a value.`);
      }
      values.set(name, value);
    } else {
      throw new UsageError(`There is no ${arg}; there are ${[...VALUES, ...FLAGS].map((n) => `--${n}`).join(", ")}.`);
    }
  }
  const budget = above(values, "budget", 0);
  return {
    filter: pattern(values.get("filter")),
    runtime: oneOf(values, "runtime", ["chrome", "node"]),
    quick: flags.has("quick"),
    budgetMs: budget === undefined ? undefined : budget * 1000,
    limits: oneOf(values, "limits", ["raised", "default"]),
    choices: oneOf(values, "choices", ["measured", "expected"]),
    compare: values.get("compare"),
    threshold: above(values, "threshold", 1) ?? 1.1,
    out: values.get("out"),
    json: flags.has("json"),
    page: flags.has("page"),
    verbose: flags.has("verbose"),
    help: flags.has("help"),
  };
}

function pattern(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  try {
    new RegExp(text);
    return text;
  } catch (cause) {
    throw new UsageError(`--filter should be a regular expression but is ${text}.`, { cause });
  }
}

function oneOf<const Of extends readonly [string, ...string[]]>(
  values: ReadonlyMap<string, string>,
  name: string,
  of: Of,
): Of[number] {
  const value = values.get(name) ?? of[0];
  const found = of.find((one) => one === value);
  if (found === undefined) throw new UsageError(`--${name} should be ${of.join(" or ")} but is ${value}.`);
  return found;
}

function above(values: ReadonlyMap<string, string>, name: string, least: number): number | undefined {
  const text = values.get(name);
  if (text === undefined) return undefined;
  const value = Number(text);
  if (value > least && Number.isFinite(value)) return value;
  throw new UsageError(`--${name} should be a number above ${least} but is ${text}.`);
}
