import { expect, test } from "vitest";
import {
  Adam,
  AdamW,
  inspect,
  Linear,
  LSTM,
  load,
  loadCheckpoint,
  Module,
  mean,
  mseLoss,
  type Optimizer,
  type Parameter,
  random,
  save,
  saveCheckpoint,
  type Tensor,
  tensor,
  train,
  zeros,
} from "..";
import { useTestDevice } from "../test-support/device";

const gpu = useTestDevice();

class Regressor extends Module {
  readonly lstm = new LSTM(1, 64, { rng: random(1) });
  readonly out = new Linear(64, 1, { rng: random(2) });

  forward(x: Tensor): Tensor {
    return this.out.forward(this.lstm.forward(x).output);
  }
}

const x = () => tensor(new Float32Array(8), { shape: [2, 4, 1] });

/** How a model and its optimizer are used before both are dropped. */
const uses: Record<string, (model: Regressor) => Promise<unknown>> = {
  "a step": (model) =>
    new Adam(model.parameters(), { lr: 1e-2 }).minimize(mseLoss(model.forward(x()), zeros([2, 4, 1]))),
  "a step, and its optimizer disposed of": async (model) => {
    const optimizer = new Adam(model.parameters(), { lr: 1e-2 });
    await optimizer.minimize(mseLoss(model.forward(x()), zeros([2, 4, 1])));
    optimizer.dispose();
  },
  "accumulated steps, an average, a report and a state": async (model) => {
    const optimizer: Optimizer = new AdamW(model.parameters(), {
      lr: 1e-2,
      clipNorm: 1,
      average: { kind: "ema", decay: 0.9 },
    });
    for (let part = 0; part < 2; part++) await optimizer.accumulate(mean(model.forward(x())));
    await optimizer.step();
    await optimizer.report();
    optimizer.loadState(await optimizer.state());
    await optimizer.swapAverage();
  },
  "a checkpoint that was loaded, a look inside and one at its plan": async (model) => {
    const optimizer = new Adam(model.parameters(), { lr: 1e-2 });
    await optimizer.minimize(mean(model.forward(x())));
    await loadCheckpoint(await saveCheckpoint({ model, optimizer }), { model, optimizer });
    await optimizer.explain(mean(model.forward(x())));
    await inspect(model, mean(model.forward(x())));
    await optimizer.minimize(mean(model.forward(x())));
  },
  "train, and weights that were brought back": async (model) => {
    const optimizer = new Adam(model.parameters(), { lr: 1e-2 });
    await train({
      model,
      optimizer,
      epochs: 2,
      batches: () => [0, 1],
      loss: () => mean(model.forward(x())),
      evaluate: async () => ({ error: await mean(model.forward(x())).item() }),
      monitor: { metric: "error", better: "higher" },
    });
    await load(model, await save(model));
  },
  "values first, then a step": async (model) => {
    await model.forward(x()).data();
    await model.out.weight.data();
    await uses["a step"]?.(model);
  },
};

/** Lets what nobody holds be collected, and told of. @returns the bytes that are still held */
async function collect(): Promise<number> {
  for (let turn = 0; turn < 4; turn++) {
    gc();
    await new Promise((resolve) => setTimeout(resolve));
  }
  await gpu.device.idle();
  gpu.device.trim(); // what is free to be used again is held by nobody
  return gpu.device.counters.liveBytes;
}

async function used(use: (model: Regressor) => Promise<unknown>): Promise<WeakRef<Parameter>[]> {
  const model = new Regressor();
  await use(model);
  return model.parameters().map((parameter) => new WeakRef(parameter));
}

for (const [name, use] of Object.entries(uses)) {
  test(`the memory of a model that is dropped after ${name} is given back`, async () => {
    await used(use); // what is made once stays
    const before = await collect();
    const left: WeakRef<Parameter>[] = [];
    for (let model = 0; model < 4; model++) {
      left.push(...(await used(use)));
      await collect();
    }
    const ofOne = 4 * new Regressor().parameters().reduce((sum, { size }) => sum + size, 0);
    // the engine tells of what it collected when it has the time
    const more = async () => (await collect()) - before;
    await expect.poll(more, { message: "bytes more after four models" }).toBeLessThan(ofOne); // their plans stay
    expect(left.filter((parameter) => parameter.deref())).toHaveLength(0);
  });
}
