import { messagesOf } from "@unroll/testing";
import { expect, test } from "vitest";
import {
  type AttentionSizes,
  attentionFromTorch,
  attentionShapes,
  attentionToTorch,
  decodeSafetensors,
  encodeSafetensors,
  fromTorch,
  KerasModel,
  type ModuleDescription,
  modelFromTorch,
  modelToTorch,
  readKeras,
  readTfjs,
  toTorch,
  zeros,
} from "..";

/** What plain JavaScript lets one pass. */
const loose = (value: unknown) => value as never;
const file = encodeSafetensors(new Map());
const layer: ModuleDescription = { kind: "Linear", inputSize: 2, outputSize: 1, hasBias: true };
const sizes = { size: 2 };
const misspelt: AttentionSizes = { size: 2, ...({ bias: false } as object) };
const none = new Map();

const bad: Record<string, () => unknown> = {
  "a flag of readTfjs": () => readTfjs({ model: {}, weights: [] }, loose({ inference: true })),
  "a file of readTfjs": () => readTfjs(loose({ json: {}, weights: [] })),
  "a text for the files of readTfjs": () => readTfjs(loose("model.json")),
  "a flag of readKeras": () => readKeras("{}", none, loose({ forInferences: true })),
  "a flag for options": () => readKeras("{}", none, loose(true)),
  "a state by another name": () => new KerasModel("m", []).forward(zeros([1]), loose({ states: none })),
  "a record for a prefix": () => fromTorch(layer, none, loose({ prefix: "a." })),
  "a prefix for options": () => toTorch(layer, none, loose("a.")),
  "a misspelt prefix": () => toTorch(layer, none, loose({ prefixes: "a." })),
  "a prefix of a model": () => modelFromTorch(none, none, loose({ prefix: "a." })),
  "a prefix of a model's state": () => modelToTorch(none, none, undefined, loose({ path: none })),
  "a bias by another name": () => attentionShapes(misspelt),
  "a number for sizes": () => attentionFromTorch(loose(2), none),
  "a record for a prefix of attention": () => attentionFromTorch(sizes, none, loose({ prefix: "a." })),
  "a number for a prefix of attention": () => attentionToTorch(sizes, loose({}), loose(1)),
  "a misspelt limit": () => decodeSafetensors(file, loose({ tensor: 3 })),
};

test("readers and writers of files refuse options that there are none of", () => {
  expect(messagesOf(bad)).toMatchInlineSnapshot(`
    {
      "a bias by another name": "ValueError: attentionShapes: sizes.bias should be one of size, keySize, valueSize, hasBias but is not one of them.",
      "a file of readTfjs": "ValueError: readTfjs: files.json should be one of model, weights but is not one of them.",
      "a flag for options": "ValueError: readKeras: options should be { forInference } but is a Boolean.",
      "a flag of readKeras": "ValueError: readKeras: options.forInferences should be one of forInference but is not one of them. Did you mean forInference?",
      "a flag of readTfjs": "ValueError: readTfjs: options.inference should be one of forInference but is not one of them.",
      "a misspelt limit": "ValueError: decodeSafetensors: limits.tensor should be one of headerBytes, tensors, nameBytes, rank, extent, decodedBytes but is not one of them. Did you mean tensors?",
      "a misspelt prefix": "ValueError: toTorch: options.prefixes should be one of prefix, biases but is not one of them. Did you mean prefix?",
      "a number for a prefix of attention": "ValueError: attentionToTorch: prefix should be a text but is 1.",
      "a number for sizes": "ValueError: attentionFromTorch: sizes should be { size, keySize, valueSize, hasBias } but is a Number.",
      "a prefix for options": "ValueError: toTorch: options should be { prefix, biases } but is a String.",
      "a prefix of a model": "ValueError: modelFromTorch: options.prefix should be one of paths, where but is not one of them.",
      "a prefix of a model's state": "ValueError: modelToTorch: options.path should be one of paths, where but is not one of them. Did you mean paths?",
      "a record for a prefix": "ValueError: fromTorch: prefix should be a text but is an Object.",
      "a record for a prefix of attention": "ValueError: attentionFromTorch: prefix should be a text but is an Object.",
      "a state by another name": "ValueError: KerasModel.forward: options.states should be one of state but is not one of them. Did you mean state?",
      "a text for the files of readTfjs": "ValueError: readTfjs: files should be { model, weights } but is a String.",
    }
  `);
});
