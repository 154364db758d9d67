import { expect, test } from "vitest";
import { ProgressReporter } from "./progress-reporter";
import { Terminal } from "./terminal";

function recorded({ isTTY, columns, env = {} }: { isTTY: boolean; columns?: number; env?: NodeJS.ProcessEnv }) {
  const written: string[] = [];
  const stream = { isTTY, ...(columns === undefined ? {} : { columns }), write: (text: string) => written.push(text) };
  return { terminal: new Terminal(stream, env), written };
}

const progress = {
  epoch: 1,
  epochs: 2,
  step: 10,
  steps: 100,
  loss: 1.25,
  validationAccuracy: null,
  items: 640,
  seconds: 4,
};

test("a status line is rewritten in place, and lines go above it", () => {
  const { terminal, written } = recorded({ isTTY: true });
  terminal.status("10 %");
  terminal.status("20 %");
  terminal.line("a warning");
  terminal.clearStatus();
  terminal.line("done");
  const clear = "\r\x1b[2K";
  expect(written).toEqual([`${clear}10 %`, `${clear}20 %`, clear, "a warning\n", `${clear}20 %`, clear, "done\n"]);
});

test("a file gets neither a status line nor colours", () => {
  const { terminal, written } = recorded({ isTTY: false });
  terminal.status("10 %");
  terminal.line(terminal.style("bold", "done"));
  expect(written).toEqual(["done\n"]);
});

test("colours are left out where NO_COLOR is set to anything", () => {
  expect(recorded({ isTTY: true }).terminal.style("bold", "x")).toBe("\x1b[1mx\x1b[22m");
  expect(recorded({ isTTY: true, env: { NO_COLOR: "" } }).terminal.style("bold", "x")).toBe("\x1b[1mx\x1b[22m");
  expect(recorded({ isTTY: true, env: { NO_COLOR: "1" } }).terminal.style("bold", "x")).toBe("x");
});

test("a progress line fits the terminal", () => {
  const { terminal, written } = recorded({ isTTY: true, columns: 60 });
  new ProgressReporter(terminal, "names").progress(progress);
  expect(written).toHaveLength(1);
  expect(written[0]?.replace("\r\x1b[2K", "").length).toBeLessThan(60);
  expect(written[0]).toContain("loss 1.250");
});

test("in a file, a progress line comes every ten seconds and an epoch's at its end", () => {
  const { terminal, written } = recorded({ isTTY: false });
  const reporter = new ProgressReporter(terminal, "names");
  for (const seconds of [4, 9, 10, 11, 19, 21]) reporter.progress({ ...progress, seconds });
  const epoch = { epoch: 1, epochs: 2, loss: 1.5, validationLoss: 1.25, validationAccuracy: 0.625, isBest: true };
  reporter.epoch({ ...epoch, step: 50, seconds: 24 });
  reporter.progress({ ...progress, seconds: 30 });
  expect(written.join("")).toMatchInlineSnapshot(`
    "epoch 1/2, loss 1.250, 0 names/s
    epoch 1/2, loss 1.250, 0 names/s
    epoch 1/2 done after 24 s: loss 1.500, validation loss 1.250, accuracy 62.5 %, the best so far
    "
  `);
});
