import { expect, test } from "vitest";
import { type Item, usersOf } from "./api.mjs";

const item = (name: string, group: Item["group"], declaration: string): Item => ({
  name,
  group,
  declaration,
  doc: "",
  isExported: true,
});

test("a type is used by what has it in its declaration, and by nothing that only speaks of it", () => {
  const users = usersOf([
    item("CellOptions", "Types", "interface CellOptions {\n  next?: CellOptions;\n}"),
    item("Cell", "Classes", "class Cell {\n  constructor(options?: CellOptions);\n}"),
    item("cell", "Functions", "function cell(options: CellOptions): Cell;"),
    item("Options", "Types", "interface Options {\n  /** Not as CellOptions. */\n  size: number;\n}"),
  ]);
  expect([...users]).toEqual([["CellOptions", ["Cell", "cell"]]]);
});
