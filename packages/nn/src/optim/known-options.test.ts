import { expect, test } from "vitest";
import { Adam, Linear, minimizeChunk, mseLoss, parameterGroups, zeros } from "..";

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
