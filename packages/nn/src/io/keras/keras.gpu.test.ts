import { expectClose } from "@unroll/testing";
import { describe, expect, test } from "vitest";
import { detach, evaluate, type KerasState, mseLoss, readTfjs, SGD, type Tensor, tensor, writeTfjs } from "../..";
import { useTestDevice } from "../../test-support/device";
import { fromBase64 } from "../test-support/bytes";
import { TFJS_CASES } from "./test-support/tfjs-fixture";

useTestDevice();

interface Values {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

interface Case {
  readonly name: string;
  readonly model: object;
  readonly weights: string;
  readonly x: Values;
  readonly outputs: readonly Values[];
}

const cases: readonly Case[] = TFJS_CASES.map((text) => JSON.parse(text));

function inputOf({ name, x }: Case): Tensor {
  const data = name.includes("tokens") ? Int32Array.from(x.data) : Float32Array.from(x.data);
  return tensor(data, { shape: x.shape });
}

/** What the model gives call after call, stateful layers going on from where they were. */
async function run(model: ReturnType<typeof readTfjs>, each: Case): Promise<Tensor[]> {
  const outputs: Tensor[] = [];
  let state: KerasState | undefined;
  for (const _ of each.outputs) {
    const made = model.forward(inputOf(each), { state });
    await evaluate([made.output, ...[...made.state.values()].flat()]);
    outputs.push(made.output);
    state = new Map([...made.state].map(([layer, states]) => [layer, states.map(detach)]));
  }
  return outputs;
}

describe.each(cases)("$name", (each) => {
  // Sums of at most 12 products of size 1 in three layers and 5 steps, rounded to float32 there and here: 5e-7 each.
  const absolute = 5e-6;

  test("gives what TensorFlow.js gives", async () => {
    const model = readTfjs({ model: each.model, weights: [fromBase64(each.weights)] }).eval();
    for (const [call, output] of (await run(model, each)).entries()) {
      const expected = each.outputs[call] as Values;
      expect(output.shape).toEqual(expected.shape);
      expectClose(`call ${call}`, await output.data(), expected.data, { absolute, shape: expected.shape });
    }
  });

  test("is written with the same bytes of weights, and read again gives the same", async () => {
    const model = readTfjs({
      model: JSON.stringify(each.model),
      weights: { "weights.bin": fromBase64(each.weights) },
    }).eval();
    const written = await writeTfjs(model);
    expect(written.weights).toEqual(fromBase64(each.weights));
    const again = readTfjs({ model: written.model, weights: [written.weights] }).eval();
    const [before, after] = [await run(model, each), await run(again, each)];
    for (const [call, output] of after.entries()) expect(await output.data()).toEqual(await before[call]?.data());
  });
});

test("a model that was read is trained on, embedding and masked layers included", async () => {
  const each = cases[0] as Case;
  const model = readTfjs({ model: each.model, weights: [fromBase64(each.weights)] });
  const optimizer = new SGD(model.parameters(), { lr: 0.5 });
  const target = tensor(
    Float32Array.from({ length: 16 }, (_, at) => Number(at % 4 === 2)),
    { shape: [4, 4] },
  );
  const losses: number[] = [];
  for (let step = 0; step < 30; step++) {
    const loss = mseLoss(model.forward(inputOf(each)).output, target);
    await optimizer.minimize(loss);
    losses.push(await loss.item());
  }
  expect(losses.at(-1)).toBeLessThan(0.5 * (losses[0] as number));
  for (const [name, parameter] of model.namedParameters()) {
    const before = readTfjs({ model: each.model, weights: [fromBase64(each.weights)] })
      .namedParameters()
      .get(name);
    expect(await parameter.data(), name).not.toEqual(await before?.data());
  }
});
