import { expect, test } from "vitest";
import { alignColumns } from "./table";

test("columns are as wide as their widest cell, and a line has no blanks at its end", () => {
  const rows = [
    ["Italian", "9 %", "x"],
    ["Uzbek", "100 %", ""],
  ];
  expect(alignColumns(rows, ["left", "right", "left"])).toEqual(["Italian    9 %  x", "Uzbek    100 %"]);
});
