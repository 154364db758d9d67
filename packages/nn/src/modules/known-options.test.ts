import { messageOf } from "@unroll/testing";
import { describe, expect, test } from "vitest";
import * as nn from "..";
import { tensor, zeros } from "..";

/** All that the package has, by name. */
const all: Readonly<Record<string, unknown>> = { ...nn };

const cell = new nn.ElmanCell(2, 3);
const x = zeros([2, 3, 4]);
const image = zeros([1, 2, 4, 4]);
const ids = tensor(Int32Array.of(0, 1));

describe("options that there are none of are refused by name", () => {
  test.each<[name: keyof typeof nn, ...given: unknown[]]>([
    ["Conv1d", 2, 3, 1],
    ["Conv2d", 2, 3, 1],
    ["MaxPool1d", 2],
    ["AveragePool1d", 2],
    ["MaxPool2d", 2],
    ["AveragePool2d", 2],
    ["BatchNorm1d", 2],
    ["BatchNorm2d", 2],
    ["GroupNorm", 1, 2],
    ["InstanceNorm", 2],
    ["RMSNorm", 2],
    ["LayerNorm", 2],
    ["Dropout", 0.5],
    ["ElmanCell", 2, 3],
    ["LSTMCell", 2, 3],
    ["GRUCell", 2, 3],
    ["JordanCell", 2, 3, 4],
    ["ClockworkCell", 2, 3, [1]],
    ["SCRNCell", 2, 3, 4],
    ["DeepTransitionCell", 2, 3],
    ["LayerNormLSTMCell", 2, 3],
    ["ConvLSTM2DCell", [1, 4, 4], 2],
    ["ConvLSTM2D", [1, 4, 4], 2],
    ["Zoneout", cell, 0.1],
    ["Recurrent", cell],
    ["IRNN", 2, 3],
  ])("by %s", (name, ...given) => {
    const made = (options: unknown) => messageOf(() => Reflect.construct(all[name] as never, [...given, options]));
    expect(made({ unknown: 1 })).toMatch(new RegExp(`^ValueError: ${name}: options.unknown should be one of `));
    expect(made(x)).toMatch(new RegExp(`^ValueError: ${name}: options should be { .* } but is a Tensor.$`));
  });

  test.each<[name: keyof typeof nn, ...given: unknown[]]>([
    ["conv1d", x, zeros([2, 4, 1]), undefined],
    ["conv2d", image, zeros([2, 2, 1, 1]), undefined],
    ["maxPool1d", x, 2],
    ["averagePool2d", image, 2],
    ["batchNorm", image],
    ["groupNorm", image, 1],
    ["instanceNorm", image],
    ["layerNorm", x],
    ["rmsNorm", x],
    ["dropout", x, 0.5],
    ["embedding", zeros([2, 3]), ids],
    ["scatterElements", zeros([2]), ids, zeros([2])],
    ["oneHot", ids, 3],
    ["categorical", x],
    ["topK", x, 2],
    ["cumSum", x, -1],
    ["arange", 3],
    ["gelu", x],
    ["grad", zeros([]), []],
    ["checkpointStore", {}],
  ])("by %s", (name, ...given) => {
    const own = name === "instanceNorm" ? "groupNorm" : name;
    const asked = messageOf(() => Reflect.apply(all[name] as never, null, [...given, { unknown: 1 }]));
    expect(asked).toMatch(new RegExp(`^ValueError: ${own}: options.unknown should be one of `));
  });

  test.each<[name: string, layer: nn.Module]>([
    ["Conv1d", new nn.Conv1d(4, 2, 1)],
    ["BatchNorm1d", new nn.BatchNorm1d(4)],
    ["MaxPool1d", new nn.MaxPool1d(2)],
    ["AveragePool1d", new nn.AveragePool1d(2)],
    ["GlobalMaxPool1d", new nn.GlobalMaxPool1d()],
    ["GlobalAveragePool1d", new nn.GlobalAveragePool1d()],
  ])("by %s.forward", (name, layer) => {
    const asked = (options: unknown) =>
      messageOf(() => Reflect.apply(Reflect.get(layer, "forward"), layer, [x, options]));
    expect(asked([3, 2])).toBe(`ValueError: ${name}.forward: options should be { lengths } but is an Array.`);
    expect(asked({ length: [3, 2] })).toContain("Did you mean lengths?");
  });
});

test("what parameters are listed by", () => {
  const layer = new nn.Linear(2, 1);
  expect(messageOf(() => layer.namedParameters({ ties: true } as object))).toBe(
    "ValueError: namedParameters: options.ties should be one of tied but is not one of them.",
  );
  expect(messageOf(() => layer.namedBuffers(true as never))).toBe(
    "ValueError: namedBuffers: options should be { tied } but is a Boolean.",
  );
});

test("what a step of a layer reads beside its product", () => {
  const steps = new nn.LSTM(2, 3).steps();
  const state = { h: zeros([1, 3]), c: zeros([1, 3]) };
  expect(messageOf(() => steps.step(zeros([1, 12]), state, zeros([1, 12]) as never))).toBe(
    "ValueError: LayerSteps.step: options should be { more, weights } but is a Tensor.",
  );
});

test("Embedding.fromPretrained of a tensor, or with options of others", () => {
  expect(messageOf(() => nn.Embedding.fromPretrained(zeros([2, 3]) as never))).toBe(
    "ValueError: Embedding.fromPretrained: vectors should be rows of numbers, or all numbers and their shape but is a Tensor. Pass { data: await vectors.data(), shape: vectors.shape }.",
  );
  expect(messageOf(() => nn.Embedding.fromPretrained([[1, 2]], { freeze: false } as object))).toBe(
    "ValueError: Embedding.fromPretrained: options.freeze should be one of frozen, paddingId but is not one of them.",
  );
});

test("a ConvLSTM2D hands each part its own", () => {
  const made = new nn.ConvLSTM2D([1, 4, 4], 2, { kernelSize: 3, layers: 2, recurrentDropout: 0.1, forgetBias: 2 });
  expect([made.layers, made.recurrentDropout, made.cells.length]).toEqual([2, 0.1, 2]);
  const [first] = made.cells;
  expect((first as nn.ConvLSTM2DCell).bias.variable.initial?.[1]).toBe(2);
});
