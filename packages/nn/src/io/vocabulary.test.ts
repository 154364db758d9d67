import { expect, test } from "vitest";
import { Embedding, load, save, vocabularyMetadata } from "..";

const tokens = ["<pad>", "a", "b", "c"];
const model = () => new Embedding(4, 2);

test("the error tells a program what differs", async () => {
  const file = await save(model(), vocabularyMetadata(tokens));
  await expect(load(model(), file, { vocabulary: ["x"] })).rejects.toMatchObject({
    name: "VocabularyError",
    onlyInFile: tokens,
    onlyHere: ["x"],
    first: { id: 0, inFile: "<pad>", here: "x" },
  });
});

test("what differs is named", async () => {
  const file = await save(model(), vocabularyMetadata(tokens));
  const loading = (vocabulary: readonly string[]) => load(model(), file, { vocabulary });
  await expect(loading(["<pad>", "b", "a", "c"])).rejects.toThrowErrorMatchingInlineSnapshot();
  await expect(loading(["<pad>", "a", "b", "c", "d"])).rejects.toThrowErrorMatchingInlineSnapshot();
  await expect(loading(["<pad>", "a", "b"])).rejects.toThrowErrorMatchingInlineSnapshot();
  await expect(loading(Array.from({ length: 40 }, (_, id) => `w${id}`))).rejects.toThrowErrorMatchingInlineSnapshot();
});

test("a file that keeps none", async () => {
  await expect(load(model(), await save(model()), { vocabulary: tokens })).rejects.toThrowErrorMatchingInlineSnapshot();
  const odd = await save(model(), { vocabulary: "[1]" });
  await expect(load(model(), odd, { vocabulary: tokens })).rejects.toThrowErrorMatchingInlineSnapshot();
});
