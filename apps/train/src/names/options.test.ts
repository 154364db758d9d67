import { expect, test } from "vitest";
import { parseOptions } from "../cli/options";
import { namesOptions, settingsOf } from "./options";

const settings = (...args: string[]) => settingsOf(parseOptions(args, namesOptions));

test("names of faker are read by an Elman network of 128 units, a folder of names by a GRU from both ends", () => {
  expect(settings()).toMatchObject({ cell: "rnn", hidden: 128, layers: 1, bidirectional: false, seed: 0 });
  expect(settings("--data", "folder")).toMatchObject({ cell: "gru", bidirectional: true });
  expect(settings("--data", "folder", "--cell", "lstm")).toMatchObject({ cell: "lstm", bidirectional: false });
});

test("options override the defaults", () => {
  const args = "--cell lstm --hidden 64 --layers 2 --bidirectional --epochs 3 --batch 32 --lr 0.001 --seed 7".split(
    " ",
  );
  expect(settings(...args)).toMatchObject({
    cell: "lstm",
    hidden: 64,
    layers: 2,
    bidirectional: true,
    epochs: 3,
    batch: 32,
    lr: 0.001,
    seed: 7,
  });
});
