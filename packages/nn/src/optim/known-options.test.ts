import { expect, test } from "vitest";
import { Adam, Linear, minimizeChunk, mseLoss, parameterGroups, train, zeros } from "..";

const model = new Linear(2, 1);
const optimizer = new Adam(model.parameters(), { lr: 0.1 });
const loss = mseLoss(model.forward(zeros([3, 2])), zeros([3, 1]));

test("options of calls", async () => {
  const unknown = { evalute: [loss] } as object;
  expect(() => optimizer.minimize(loss, unknown)).toThrowErrorMatchingInlineSnapshot(
    `[ValueError: Adam.minimize: options.evalute should be one of evaluate but is not one of them.]`,
  );
  expect(() => optimizer.accumulate(loss, unknown)).toThrowErrorMatchingInlineSnapshot(
    `[ValueError: Adam.accumulate: options.evalute should be one of weight, evaluate but is not one of them.]`,
  );
  expect(() => optimizer.accumulate(loss, 0.5 as never)).toThrow("Adam.accumulate: options should be { weight, eval");
  await expect(minimizeChunk(optimizer, loss, null, unknown)).rejects.toThrow("minimizeChunk: options.evalute should");
});

test("averages, monitors and checkpoints of a training", async () => {
  const average = { kind: "ema", decay: 0.9, every: 2 } as const;
  expect(() => new Adam(model.parameters(), { lr: 0.1, average })).toThrowErrorMatchingInlineSnapshot(
    `[ValueError: Adam: average.every should be one of kind, decay but is not one of them.]`,
  );
  const mean = { kind: "mean", start: 2 } as const;
  expect(() => new Adam(model.parameters(), { lr: 0.1, average: mean })).toThrow(
    "average.start should be one of kind,",
  );
  const options = { model, optimizer, epochs: 1, batches: () => [1], loss: () => loss };
  const monitor = { metric: "loss", better: "lower", minDelta: 1 } as const;
  await expect(train({ ...options, monitor })).rejects.toThrowErrorMatchingInlineSnapshot(
    `[ValueError: train: monitor.minDelta should be one of metric, better but is not one of them.]`,
  );
  const checkpoint = { every: 1, save: () => undefined, keep: 2 };
  await expect(train({ ...options, checkpoint })).rejects.toThrow(
    "train: checkpoint.keep should be one of every, save",
  );
});

test("rules of groups", () => {
  const rules = (...given: unknown[]) => Reflect.apply(parameterGroups, null, [model, ...given]);
  expect(() => rules([{ match: /bias/, weight_decay: 0 }])).toThrowErrorMatchingInlineSnapshot(
    `[ValueError: parameterGroups: rules[0].weight_decay should be one of match, freeze, name, lr, weightDecay, clipNorm but is not one of them. Did you mean weightDecay?]`,
  );
  expect(() => rules({ match: /bias/ })).toThrowErrorMatchingInlineSnapshot(
    `[ValueError: parameterGroups: rules should be an array of them, { match, … } each but is an Object.]`,
  );
  expect(parameterGroups(model, [{ match: /bias/, name: "biases", weightDecay: 0 }]).length).toBe(2);
});
