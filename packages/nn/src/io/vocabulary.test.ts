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
  await expect(loading(["<pad>", "b", "a", "c"])).rejects.toThrowErrorMatchingInlineSnapshot(
    `[VocabularyError: load: the file was saved with another vocabulary. id 1 is "a" in the file and "b" here. Use the vocabulary that the model was trained with; the model was left as it was.]`,
  );
  await expect(loading(["<pad>", "a", "b", "c", "d"])).rejects.toThrowErrorMatchingInlineSnapshot(
    `[VocabularyError: load: the file was saved with another vocabulary. the file has 4 tokens, not 5; only here: "d". Use the vocabulary that the model was trained with; the model was left as it was.]`,
  );
  await expect(loading(["<pad>", "a", "b"])).rejects.toThrowErrorMatchingInlineSnapshot(
    `[VocabularyError: load: the file was saved with another vocabulary. the file has 4 tokens, not 3; only in the file: "c". Use the vocabulary that the model was trained with; the model was left as it was.]`,
  );
  await expect(loading(Array.from({ length: 40 }, (_, id) => `w${id}`))).rejects.toThrowErrorMatchingInlineSnapshot(
    `[VocabularyError: load: the file was saved with another vocabulary. the file has 4 tokens, not 40; id 0 is "<pad>" in the file and "w0" here; only in the file: "<pad>", "a", "b", "c"; only here: "w0", "w1", "w2", "w3", "w4", "w5", "w6", "w7", "w8", "w9", "w10", "w11" and 28 more. Use the vocabulary that the model was trained with; the model was left as it was.]`,
  );
});

test("a file that keeps none", async () => {
  await expect(load(model(), await save(model()), { vocabulary: tokens })).rejects.toThrowErrorMatchingInlineSnapshot(
    `[ValueError: load: the file's metadata "vocabulary" should be a JSON list of texts but is missing. Save the model with vocabularyMetadata(tokens), or load it without a vocabulary to compare.]`,
  );
  const odd = await save(model(), { vocabulary: "[1]" });
  await expect(load(model(), odd, { vocabulary: tokens })).rejects.toThrowErrorMatchingInlineSnapshot(
    `[ValueError: load: the file's metadata "vocabulary" should be a JSON list of texts but is something else. Save the model with vocabularyMetadata(tokens), or load it without a vocabulary to compare.]`,
  );
});
