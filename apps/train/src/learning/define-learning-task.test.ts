import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { encodeSafetensors } from "@unroll/nn";
import { afterEach, beforeEach, expect, test } from "vitest";
import { parseOptions } from "../cli/options";
import type { Settings } from "../training/settings";
import { MissingDataError } from "./data-file";
import { type LearningTaskDefinition, loadInput } from "./define-learning-task";
import { MODEL_KEY, TASK_KEY } from "./model-facts";
import { learningOptions } from "./options";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "unroll-learning-"));
});
afterEach(() => rm(folder, { recursive: true }));

const defaults: Settings = {
  ...{ cell: "gru", hidden: 4, layers: 1, bidirectional: false, dropout: 0, epochs: 3, patience: 2, batch: 8 },
  ...{ lr: 0.01, weightDecay: 0, labelSmoothing: 0, clipNorm: 1, precision: "f32", seed: 0 },
};

const task: LearningTaskDefinition<string, { letters: string }> = {
  ...{ name: "toy", summary: "a toy.", description: "A toy.", unit: "words", dataHelp: "A file.", evalHelp: "Files" },
  defaults,
  load: async (path) => ({ facts: { letters: "ab" }, train: [path], dev: ["b"] }),
  read: async (path, { letters }) => [path.slice(-5), letters],
  fields: ({ accuracy = 0 }) => ({ accuracy }),
};

const input = (definition: typeof task, ...args: string[]) =>
  loadInput(definition, parseOptions(args, learningOptions({ data: "", eval: "", unit: "Words", defaults })));

const refusal = async (promise: Promise<unknown>) => promise.then(String, (error: Error) => error);

test("options stand in place of the task's settings, and --eval is read by what the training data had", async () => {
  const read = await input(task, "--data", "/train", "--seed", "7", "--cell", "lstm", "--eval", "/other");
  expect(read).toEqual({
    facts: { letters: "ab" },
    train: ["/train"],
    dev: ["b"],
    settings: { ...defaults, seed: 7, cell: "lstm" },
    eval: ["other", "ab"],
    weights: null,
  });
});

test("without data, a task says what to pass, unless it has some of its own", async () => {
  const error = await refusal(input(task));
  expect(error).toBeInstanceOf(MissingDataError);
  expect(error).toMatchInlineSnapshot(`[MissingDataError: toy has no data of its own. Pass --data PATH: A file.]`);
  const packaged = () => ({ facts: { letters: "ab" }, train: ["ab"], dev: ["ba"] });
  expect(await input({ ...task, packaged })).toMatchObject({ train: ["ab"], dev: ["ba"] });
  const { load: _, ...own } = { ...task, packaged };
  expect(await refusal(input(own, "--data", "/x"))).toMatchInlineSnapshot(
    `[TaskError: toy takes no --data: it has its own. Leave it out.]`,
  );
  expect(await refusal(input({ ...task, packaged: () => ({ ...packaged(), dev: [] }) }))).toMatchInlineSnapshot(
    `[TaskError: toy should have words to train on and others to score, but has 1 and 0. Give --data with more of them.]`,
  );
});

test("--weights brings settings and facts with it, and nothing is trained", async () => {
  const file = join(folder, "weights.safetensors");
  const bytes = encodeSafetensors(new Map(), {
    [TASK_KEY]: "toy",
    [MODEL_KEY]: JSON.stringify({ settings: { ...defaults, hidden: 9 }, facts: { letters: "xyz" } }),
  });
  await writeFile(file, bytes);
  expect(await input(task, "--weights", file, "--eval", "/other")).toEqual({
    facts: { letters: "xyz" },
    train: [],
    dev: [],
    settings: { ...defaults, hidden: 9 },
    eval: ["other", "xyz"],
    weights: Buffer.from(bytes).toString("base64"),
  });
  expect(await refusal(input(task, "--weights", "w"))).toMatchInlineSnapshot(
    `[TaskError: --weights w needs something to score. Pass --eval PATH beside it.]`,
  );
  expect(await refusal(input(task, "--weights", "/no/file", "--eval", "e"))).toMatchInlineSnapshot(
    `[TaskError: --weights /no/file cannot be read. Give the weights.safetensors of a run of toy.]`,
  );
  const other = await refusal(input({ ...task, name: "other" }, "--weights", file, "--eval", "e"));
  expect(String(other)).toContain("should be of the task other but is of the task toy. Train other to make one.");
});
