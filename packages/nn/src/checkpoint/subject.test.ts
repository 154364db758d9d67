import { expect, test } from "vitest";
import { Linear, loadCheckpoint, parameter, saveCheckpoint } from "..";

test("what is no subject of a checkpoint", async () => {
  const model = new Linear(2, 1);
  const save = (subject: unknown) => Reflect.apply(saveCheckpoint, null, [subject]).catch(String);
  const load = (subject: unknown) => Reflect.apply(loadCheckpoint, null, [new Uint8Array(8), subject]).catch(String);
  expect(await save({ module: model })).toMatchInlineSnapshot(
    `"ValueError: saveCheckpoint: options.module should be one of model, optimizer, generators, vocabulary, position, state but is not one of them."`,
  );
  expect(await save({ model, postion: 3 })).toMatchInlineSnapshot(
    `"ValueError: saveCheckpoint: options.postion should be one of model, optimizer, generators, vocabulary, position, state but is not one of them."`,
  );
  expect(await save(model)).toMatchInlineSnapshot(
    `"ValueError: saveCheckpoint: options.training should be one of model, optimizer, generators, vocabulary, position, state but is not one of them."`,
  );
  expect(await save({ model: "a" })).toMatchInlineSnapshot(
    `"ValueError: saveCheckpoint: model should be a Module but is "a"."`,
  );
  expect(await load({ model, postion: 3 })).toMatchInlineSnapshot(
    `"ValueError: loadCheckpoint: options.postion should be one of model, optimizer, generators, vocabulary, position, state but is not one of them."`,
  );
  expect(await load(undefined)).toMatchInlineSnapshot(
    `"ValueError: loadCheckpoint: options should be { model, optimizer, generators, vocabulary, position, state } but is undefined."`,
  );
});

test("what else a parameter is told", () => {
  const initial = { data: new Float32Array(2), shape: [2], name: "w" };
  expect(() => parameter(initial)).toThrow("parameter: initial.name should be one of data, shape");
});
