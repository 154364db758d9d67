import { expect, test } from "vitest";
import { browserError, TaskError } from "./errors";
import { main } from "./main";

async function run(...args: string[]) {
  const out: string[] = [];
  const err: string[] = [];
  const code = await main(args, {
    stdout: { write: (text) => out.push(text) },
    stderr: { write: (text) => err.push(text) },
    env: {},
    pageDirectory: "/no/page",
    runs: "/no/runs",
  });
  return { code, out: out.join(""), err: err.join("") };
}

test("a command that is not understood ends with 2 and names what there is", async () => {
  expect(await run("nams")).toMatchInlineSnapshot(`
    {
      "code": 2,
      "err": "unroll: There is no task nams. There is names, hello, accumulator, pendigits, sentiment, pos, shakespeare, slots, entities, ctc-digits, anomalies, g2p, dates, caption, translate. "npm run train -- --help" tells more.
    ",
      "out": "",
    }
  `);
  const { code, err, out } = await run("names", "--cells", "gru");
  expect([code, out]).toEqual([2, ""]);
  expect(err).toContain("There is no option --cells. There are --data, --eval, --weights, --cell,");
  expect(await run("names", "--cell", "GRU")).toMatchInlineSnapshot(`
    {
      "code": 2,
      "err": "unroll: --cell should be one of rnn, gru, lstm but is GRU.
    ",
      "out": "",
    }
  `);
});

test("without a task, the help is shown, and the command counts as not understood", async () => {
  const help = await run("--help");
  expect(help.code).toBe(0);
  expect(help.out).toContain("which language is this name from?");
  expect(await run()).toEqual({ ...help, code: 2 });
});

test("a task has a help of its own", async () => {
  const { code, out, err } = await run("names", "--help");
  expect([code, err]).toEqual([0, ""]);
  for (const option of ["--data PATH", "--cell rnn|gru|lstm", "--json", "--out DIR"]) expect(out).toContain(option);
});

test("what cannot be done ends with 1: a sentence, or with --verbose its stack", async () => {
  expect(await run("names", "--data", "/no/such/folder")).toMatchInlineSnapshot(`
    {
      "code": 1,
      "err": "unroll: /no/such/folder cannot be read. Give a directory of files such as Italian.txt, or one of them.
    ",
      "out": "",
    }
  `);
  const { err } = await run("names", "--data", "/no/such/folder", "--verbose");
  expect(err).toContain("    at ");
});

test("an error of the browser is for the user if its class is one of ours, and else a fault with its stack", () => {
  const failure = { name: "WebGPUUnavailableError", message: "open: no adapter", stack: "open: no adapter\n at page" };
  expect(browserError(failure)).toBeInstanceOf(TaskError);
  expect(browserError(failure)).toMatchObject(failure);
  const fault = browserError({ ...failure, name: "TypeError" });
  expect(fault).not.toBeInstanceOf(TaskError);
  expect(fault.stack).toBe(failure.stack);
});
