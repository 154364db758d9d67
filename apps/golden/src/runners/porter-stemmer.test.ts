import { expect, test } from "vitest";
import { runCase } from "../page/run-case";

test("stems that agree pass", async () => {
  const record = { name: "all words", words: ["ponies", "sky"], stems: ["poni", "sky"] };
  expect(await runCase("porter_stemmer", 0, record)).toMatchObject({ status: "passed" });
});

test("a stem that differs fails, by name", async () => {
  const record = { name: "all words", words: ["ponies", "sky"], stems: ["poni", "ski"] };
  const reason = "Error: 1 of 2 stems differ: sky: ski was expected but sky came";
  expect(await runCase("porter_stemmer", 0, record)).toMatchObject({ status: "failed", reason });
});
