import { expect, test } from "vitest";
import { UnlabelledError } from "./errors";
import { toJson } from "./report";
import { makeReport, makeRow, onSoftware } from "./test-support/report";

test("figures have five digits, counts are whole", () => {
  const row = makeRow(1 / 3, { deviceBytes: 123_456_789 });
  const [written] = JSON.parse(toJson(makeReport([row]))).rows;
  expect(written).toMatchObject({ ms: 0.33333, deviceBytes: 123_456_789 });
});

test("a software adapter's run is not written without the label", () => {
  expect(() => toJson(makeReport([], onSoftware))).toThrow(UnlabelledError);
});
