import { expect, test } from "vitest";
import { UsageError } from "./errors";
import { type OptionTable, optionSyntax, parseOptions } from "./options";

const table = {
  data: { kind: "text", value: "PATH", help: "where" },
  cell: { kind: "choice", of: ["rnn", "gru"], help: "which" },
  epochs: { kind: "whole", least: 1, help: "how many" },
  layers: { kind: "whole", least: 1, most: 16, help: "how many" },
  lr: { kind: "number", above: 0, help: "how fast" },
  json: { kind: "flag", help: "for programs" },
} as const satisfies OptionTable;

test("values come after a space or an equals sign, flags alone, and what is not given is undefined or false", () => {
  expect(parseOptions(["--data", "a b", "--epochs=3", "--lr", "2e-3", "--json"], table)).toEqual({
    data: "a b",
    cell: undefined,
    epochs: 3,
    layers: undefined,
    lr: 0.002,
    json: true,
  });
  expect(parseOptions([], table).json).toBe(false);
  expect(parseOptions(["--data=a=b"], table).data).toBe("a=b");
  expect(parseOptions(["--epochs", "1", "--epochs", "2"], table).epochs).toBe(2);
});

test("the type of a choice is its choices", () => {
  const cell: "rnn" | "gru" | undefined = parseOptions(["--cell", "gru"], table).cell;
  expect(cell).toBe("gru");
});

const refused = (...args: string[]): string => {
  try {
    parseOptions(args, table);
  } catch (error) {
    if (error instanceof UsageError) return error.message;
    throw error;
  }
  return "nothing was refused";
};

test("an error names what there is", () => {
  expect(refused("--cel", "gru")).toMatchInlineSnapshot(
    `"There is no option --cel. There are --data, --cell, --epochs, --layers, --lr, --json."`,
  );
  expect(refused("--constructor")).toMatchInlineSnapshot(
    `"There is no option --constructor. There are --data, --cell, --epochs, --layers, --lr, --json."`,
  );
  expect(refused("names")).toMatchInlineSnapshot(
    `"names is not an option. Options start with --: --data, --cell, --epochs, --layers, --lr, --json."`,
  );
  expect(refused("--cell", "lstm")).toMatchInlineSnapshot(`"--cell should be one of rnn, gru but is lstm."`);
  expect(refused("--epochs", "0")).toMatchInlineSnapshot(`"--epochs should be a whole number of at least 1 but is 0."`);
  expect(refused("--epochs", "1.5")).toMatchInlineSnapshot(
    `"--epochs should be a whole number of at least 1 but is 1.5."`,
  );
  expect(refused("--layers", "17")).toMatchInlineSnapshot(
    `"--layers should be a whole number from 1 to 16 but is 17."`,
  );
  expect(refused("--lr", "fast")).toMatchInlineSnapshot(`"--lr should be a number above 0 but is fast."`);
  expect(refused("--lr", "Infinity")).toMatchInlineSnapshot(`"--lr should be a number above 0 but is Infinity."`);
  expect(refused("--lr=0")).toMatchInlineSnapshot(`"--lr should be a number above 0 but is 0."`);
  expect(refused("--data")).toMatchInlineSnapshot(`"--data should be followed by a path."`);
  expect(refused("--data", "--json")).toMatchInlineSnapshot(`"--data should be followed by a path."`);
  expect(refused("--epochs=")).toMatchInlineSnapshot(`"--epochs should be followed by a whole number of at least 1."`);
  expect(refused("--json=yes")).toMatchInlineSnapshot(`"--json takes no value but got yes."`);
});

test("--help writes each kind in its own way", () => {
  expect(Object.entries(table).map(([name, option]) => optionSyntax(name, option))).toEqual([
    "--data PATH",
    "--cell rnn|gru",
    "--epochs N",
    "--layers N",
    "--lr X",
    "--json",
  ]);
});
