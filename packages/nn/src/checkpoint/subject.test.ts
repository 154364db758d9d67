import { expect, test } from "vitest";
import { checkpointPosition, Linear, loadCheckpoint, parameter, saveCheckpoint } from "..";

test("what is no subject of a checkpoint", async () => {
  const model = new Linear(2, 1);
  const save = (subject: unknown) => Reflect.apply(saveCheckpoint, null, [subject]).catch(String);
  const load = (subject: unknown, bytes: unknown = new Uint8Array(8)) =>
    Reflect.apply(loadCheckpoint, null, [bytes, subject]).catch(String);
  expect(await save({ module: model })).toMatchInlineSnapshot(
    `"ValueError: saveCheckpoint: subject.module should be one of model, optimizer, generators, vocabulary, position, state but is not one of them."`,
  );
  expect(await save({ model, postion: 3 })).toMatchInlineSnapshot(
    `"ValueError: saveCheckpoint: subject.postion should be one of model, optimizer, generators, vocabulary, position, state but is not one of them."`,
  );
  expect(await save(model)).toMatchInlineSnapshot(
    `"ValueError: saveCheckpoint: subject should be { model, … } but is a Module. Pass { model }, with the optimizer beside it to train on."`,
  );
  expect(await load(model)).toMatchInlineSnapshot(
    `"ValueError: loadCheckpoint: subject should be { model, … } but is a Module. Pass { model }, with the optimizer beside it to train on."`,
  );
  expect(await load({ model, optimizer: model })).toMatchInlineSnapshot(
    `"ValueError: loadCheckpoint: optimizer should be an Optimizer but is an Object."`,
  );
  expect(await load(new ArrayBuffer(8), model)).toMatchInlineSnapshot(
    `"ValueError: loadCheckpoint: subject should be { model, optimizer, generators, vocabulary, position, state } but is an ArrayBuffer."`,
  );
  expect(await load({ model }, new Response())).toMatchInlineSnapshot(
    `"ValueError: loadCheckpoint: bytes should be an ArrayBuffer or a Uint8Array but is a Response. Pass what await response.arrayBuffer() or a file reader gives."`,
  );
  expect(() => checkpointPosition(model as never)).toThrowErrorMatchingInlineSnapshot(
    `[ValueError: checkpointPosition: bytes should be an ArrayBuffer or a Uint8Array but is an Object. Pass what await response.arrayBuffer() or a file reader gives.]`,
  );
  expect(await save({ model: "a" })).toMatchInlineSnapshot(
    `"ValueError: saveCheckpoint: model should be a Module but is "a"."`,
  );
  expect(await load({ model, postion: 3 })).toMatchInlineSnapshot(
    `"ValueError: loadCheckpoint: subject.postion should be one of model, optimizer, generators, vocabulary, position, state but is not one of them."`,
  );
  expect(await load(undefined)).toMatchInlineSnapshot(
    `"ValueError: loadCheckpoint: subject should be { model, optimizer, generators, vocabulary, position, state } but is undefined."`,
  );
});

test("what else a parameter is told", () => {
  const initial = { data: new Float32Array(2), shape: [2], name: "w" };
  expect(() => parameter(initial)).toThrow("parameter: initial.name should be one of data, shape");
});
