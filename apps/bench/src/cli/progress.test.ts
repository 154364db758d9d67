import { expect, test } from "vitest";
import { makeReport, makeRow, onSoftware } from "../test-support/report";
import { Progress } from "./progress";

function written(isTTY: boolean, isVerbose: boolean): string {
  let text = "";
  const progress = new Progress({ isTTY, write: (more) => (text += more) }, { isVerbose });
  progress.start(makeReport([], { ...onSoftware, device: "swiftshader · SOFTWARE ADAPTER" }), 2);
  progress.row(makeRow(1.5, { shape: "B1" }));
  progress.failure({ name: "GRU", shape: "B1", pass: "step", message: "" });
  progress.end();
  return text.replaceAll("\u001b", "ESC");
}

test("a terminal sees one line that changes, a log only the first, and all where asked to", () => {
  expect([written(true, false), written(false, false), written(false, true)]).toMatchInlineSnapshot(`
    [
      "swiftshader · SOFTWARE ADAPTER: 2 rows

    ESC[2K1 of 2: LSTM B1 step: 1.50 ms (SOFTWARE ADAPTER)
    ESC[2K2 of 2: GRU B1 step failed (SOFTWARE ADAPTER)
    ESC[2K",
      "swiftshader · SOFTWARE ADAPTER: 2 rows
    ",
      "swiftshader · SOFTWARE ADAPTER: 2 rows
    1 of 2: LSTM B1 step: 1.50 ms (SOFTWARE ADAPTER)
    2 of 2: GRU B1 step failed (SOFTWARE ADAPTER)
    ",
    ]
  `);
});
