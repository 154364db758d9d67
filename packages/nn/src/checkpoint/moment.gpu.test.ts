import { expect, test } from "vitest";
import { Adam, crossEntropy, loadCheckpoint, saveCheckpoint } from "..";
import { modelBits } from "../test-support/bits";
import { useTestDevice } from "../test-support/device";
import { SmallModel, smallBatches } from "../test-support/short-training";

useTestDevice();

function subject(seed: number) {
  const model = new SmallModel(seed);
  const optimizer = new Adam(model.parameters(), { lr: 0.01 });
  const learn = async (): Promise<void> => {
    for (const { x, y } of smallBatches(3, 5)) await optimizer.minimize(crossEntropy(model.forward(x), y));
  };
  return { model, optimizer, subject: { model, optimizer }, learn };
}

test("a checkpoint is of the moment in which it was asked for, though training goes on while it is taken", async () => {
  const [trained, loaded] = [subject(1), subject(2)];
  await trained.learn();
  const kept = await modelBits(trained.model);
  const { updates } = trained.optimizer;
  const saving = saveCheckpoint(trained.subject);
  await trained.learn();
  await loadCheckpoint(await saving, loaded.subject);
  expect(await modelBits(loaded.model)).toEqual(kept);
  expect(loaded.optimizer.updates).toBe(updates);
  await loaded.learn();
  expect(await modelBits(loaded.model)).toEqual(await modelBits(trained.model)); // so Adam's slots were those too
});
