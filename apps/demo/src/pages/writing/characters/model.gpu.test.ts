import { Random } from "@unroll/data";
import { open } from "@unroll/kernels";
import { loadCheckpoint, random, saveCheckpoint } from "@unroll/nn";
import { useDevice } from "@unroll/testing/vitest";
import { expect, test } from "vitest";
import { makeModel, trainer, vocabularyOf } from "./model";

useDevice((limits) => open({ limits, onWarning: () => undefined }));

const text = "Row, row, row your boat\n".repeat(400);
const vocabulary = vocabularyOf(text);
const ids = vocabulary.encode(text);

function begin(cell: "gru" | "lstm") {
  const model = makeModel(vocabulary.size, { cell, hidden: 8, layers: 2 }, random(0));
  return { model, ...trainer(model, ids, { lr: 0.01, random: new Random(0) }) };
}

type Begun = ReturnType<typeof begin>;

async function lossesOf({ step }: Begun, steps: number): Promise<number[]> {
  const losses: number[] = [];
  for (let at = 0; at < steps; at++) {
    const loss = await step();
    losses.push(await loss.item());
    loss.dispose();
  }
  return losses;
}

function end({ dispose, optimizer, model }: Begun): void {
  dispose();
  optimizer.dispose();
  model.dispose();
}

test.each(["lstm", "gru"] as const)("what was kept of %s layers goes on as if it had never stopped", async (cell) => {
  const first = begin(cell);
  await lossesOf(first, 3);
  const kept = { position: first.notes.take(), state: first.notes.carried() };
  const bytes = await saveCheckpoint({ model: first.model, optimizer: first.optimizer, ...kept });
  const second = begin(cell);
  const { position, state } = await loadCheckpoint(bytes, { model: second.model, optimizer: second.optimizer });
  second.notes.restore(position, state);
  expect(await lossesOf(second, 3)).toEqual(await lossesOf(first, 3));
  end(first);
  end(second);
});
