import { afterEach, describe, expect, test, vi } from "vitest";
import { type EpochResult, plateau, type Tensor, type TrainProgress, tensor, train } from "..";
import { modelBits } from "../test-support/bits";
import { useTestDevice } from "../test-support/device";
import { type SmallBatch, shortTraining, smallBatches } from "../test-support/short-training";

useTestDevice();
afterEach(() => vi.unstubAllGlobals());

test("reports progress, and ends each epoch with its mean loss", async () => {
  const options = shortTraining(1, 2, 5);
  const reports: TrainProgress[] = [];
  const epochs: EpochResult[] = [];
  const result = await train({
    ...options,
    reportEvery: 2,
    steps: 5,
    count: ({ y }) => y.size,
    onProgress: (progress) => reports.push(progress),
    onEpoch: (epoch) => epochs.push(epoch),
  });
  const seen = reports.map(({ epoch, step, totalSteps, items }) => ({ epoch, step, totalSteps, items }));
  expect(seen).toEqual([
    { epoch: 1, step: 2, totalSteps: 2, items: 8 },
    { epoch: 1, step: 4, totalSteps: 4, items: 16 },
    { epoch: 1, step: 5, totalSteps: 5, items: 20 },
    { epoch: 2, step: 2, totalSteps: 7, items: 28 },
    { epoch: 2, step: 4, totalSteps: 9, items: 36 },
    { epoch: 2, step: 5, totalSteps: 10, items: 40 },
  ]);
  expect(reports[0]).toMatchObject({ epochs: 2, steps: 5 });
  expect(reports.every(({ seconds }, i) => seconds >= (reports[i - 1]?.seconds ?? 0))).toBe(true);
  for (const { epoch, loss } of epochs) {
    const [a, b, c] = reports.filter((report) => report.epoch === epoch).map((report) => report.loss);
    expect(loss).toBeCloseTo((2 * (a ?? 0) + 2 * (b ?? 0) + (c ?? 0)) / 5, 12); // 2, 2 and 1 steps
  }
  expect(result).toMatchObject({ reason: "done", steps: 10, best: epochs[1] });
  expect(result.history).toEqual(epochs);
  options.optimizer.dispose();
});

test("measures with dropout off, trains with it on", async () => {
  const options = shortTraining(2, 2, 1);
  const modes: string[] = [];
  await train({
    ...options,
    loss: (batch) => {
      modes.push(`loss ${options.model.drop.training}`);
      return options.loss(batch);
    },
    evaluate: () => {
      modes.push(`evaluate ${options.model.drop.training}`);
      return {};
    },
  });
  expect(modes).toEqual(["loss true", "evaluate false", "loss true", "evaluate false"]);
  expect(options.model.drop.training).toBe(true);
  options.optimizer.dispose();
});

test("afterwards each part trains or evaluates as it did before, after an error too", async () => {
  const options = shortTraining(2, 1, 1);
  const { model } = options;
  model.eval();
  model.out.training = true;
  const modes = () => [model, model.lstm, model.drop, model.out].map(({ training }) => training);
  await train(options);
  expect(modes()).toEqual([false, false, false, true]);
  await expect(train({ ...options, batches: () => [] })).rejects.toThrow("of at least one batch");
  expect(modes()).toEqual([false, false, false, true]);
  options.optimizer.dispose();
});

describe("the best weights", () => {
  /** Trains while the metric `score` goes through `scores`, and keeps the weights that each epoch had. */
  async function scored(scores: number[], better: "higher" | "lower", patience?: number) {
    const options = shortTraining(3, scores.length, 2);
    const weights: Awaited<ReturnType<typeof modelBits>>[] = [];
    const result = await train({
      ...options,
      ...(patience === undefined ? {} : { patience }),
      monitor: { metric: "score", better },
      evaluate: async () => {
        weights.push(await modelBits(options.model));
        return { score: scores[weights.length - 1] ?? 0 };
      },
    });
    options.optimizer.dispose();
    return { result, weights, left: await modelBits(options.model) };
  }

  test("are restored bit for bit after early stopping", async () => {
    const { result, weights, left } = await scored([0.1, 0.5, 0.3, 0.5, 0.9], "higher", 2);
    expect(result).toMatchObject({ reason: "stopped early", steps: 8, best: { epoch: 2, isBest: true } });
    expect(result.history.map(({ isBest }) => isBest)).toEqual([true, true, false, false]);
    expect(weights).toHaveLength(4);
    expect(left).toEqual(weights[1]);
    expect(left).not.toEqual(weights[3]);
  });

  test("are restored after the last epoch too, where less is better", async () => {
    const { result, weights, left } = await scored([3, 1, 2], "lower");
    expect(result).toMatchObject({ reason: "done", best: { epoch: 2 } });
    expect(left).toEqual(weights[1]);
  });

  test("a metric that is NaN is never the best beside a number", async () => {
    const { result, left, weights } = await scored([Number.NaN, 0.2, Number.NaN], "higher");
    expect(result.best?.epoch).toBe(2);
    expect(left).toEqual(weights[1]);
  });

  test("a better epoch starts the patience anew", async () => {
    const { result } = await scored([1, 0, 2, 1, 1, 3], "higher", 2);
    expect(result).toMatchObject({ reason: "stopped early", best: { epoch: 3 }, history: { length: 5 } });
  });
});

test("a plateau is told the metric of each epoch, and the optimizer learns at its rate", async () => {
  const options = shortTraining(3, 5, 2);
  const schedule = plateau({ lr: 0.2, factor: 0.5, patience: 0, better: "higher" });
  options.optimizer.lr = schedule;
  const scores = [1, 1, 2, 2, 2];
  const rates: number[] = [];
  await train({
    ...options,
    plateau: schedule,
    monitor: { metric: "score", better: "higher" },
    evaluate: () => ({ score: scores.shift() ?? 0 }),
    onEpoch: () => rates.push(options.optimizer.lr as number),
  });
  expect(rates).toEqual([0.2, 0.1, 0.1, 0.05, 0.025]);
  options.optimizer.dispose();
});

test("evaluate's own loss is the one to monitor", async () => {
  const options = shortTraining(4, 2, 1);
  const scores = [1, 2];
  const monitor = { metric: "loss", better: "higher" } as const;
  const result = await train({ ...options, monitor, evaluate: () => ({ loss: scores.shift() ?? 0 }) });
  expect(result.best?.epoch).toBe(2);
  options.optimizer.dispose();
});

test("gathers gradients over batches, each counting as its rows, and uses the rest at the end of an epoch", async () => {
  const [trained, byHand] = [shortTraining(9, 2, 5), shortTraining(9, 2, 5)];
  const count = ({ y }: SmallBatch) => y.size;
  await train({ ...trained, accumulate: 2, count });
  const { model, optimizer } = byHand;
  for (const epoch of [1, 2]) {
    model.train();
    for (const [index, batch] of [...smallBatches(5, 9 + epoch)].entries()) {
      await optimizer.accumulate(byHand.loss(batch) as Tensor, { weight: count(batch) });
      if (index % 2 === 1 || index === 4) await optimizer.step();
    }
  }
  expect(trained.optimizer).toMatchObject({ updates: 6, accumulated: 0 });
  expect(await modelBits(trained.model)).toEqual(await modelBits(model));
  trained.optimizer.dispose();
  optimizer.dispose();
});

describe("cancelling", () => {
  test("in mid-epoch keeps the weights of the step at hand, and closes the data", async () => {
    const options = shortTraining(5, 3, 6);
    const before = await modelBits(options.model);
    const controller = new AbortController();
    let closed = 0;
    function* closing(epoch: number): Generator<SmallBatch, void> {
      try {
        yield* smallBatches(6, epoch);
      } finally {
        closed++;
      }
    }
    const result = await train({
      ...options,
      batches: closing,
      signal: controller.signal,
      onProgress: ({ epoch, step }) => {
        if (epoch === 2 && step === 3) controller.abort();
      },
    });
    expect(result).toMatchObject({ reason: "cancelled", steps: 9, history: { length: 1 }, best: undefined });
    expect(closed).toBe(2);
    expect(await modelBits(options.model)).not.toEqual(before);
    for (const parameter of options.model.parameters()) {
      expect((await parameter.data()).every(Number.isFinite)).toBe(true);
    }
    expect(options.optimizer.updates).toBe(9);
    options.optimizer.dispose();
  });

  test("uses the gradients that were gathered: what comes next begins with none", async () => {
    const options = shortTraining(5, 3, 6);
    const controller = new AbortController();
    const result = await train({
      ...options,
      accumulate: 4,
      reportEvery: 1,
      signal: controller.signal,
      onProgress: ({ step }) => {
        if (step === 5) controller.abort();
      },
    });
    expect(result).toMatchObject({ reason: "cancelled", steps: 5 });
    expect(options.optimizer).toMatchObject({ updates: 2, accumulated: 0 });
    expect(await train({ ...options, epochs: 1 })).toMatchObject({ reason: "done", steps: 6 });
    options.optimizer.dispose();
  });

  test("at the end of an epoch leaves that epoch's weights, and says so", async () => {
    const options = shortTraining(5, 3, 2);
    const controller = new AbortController();
    const result = await train({ ...options, signal: controller.signal, onEpoch: () => controller.abort() });
    expect(result).toMatchObject({ reason: "cancelled", steps: 2, best: { epoch: 1 } });
    options.optimizer.dispose();
  });

  test("before the start trains nothing", async () => {
    const options = shortTraining(5);
    const before = await modelBits(options.model);
    const result = await train({ ...options, signal: AbortSignal.abort() });
    expect(result).toEqual({ reason: "cancelled", steps: 0, history: [], best: undefined });
    expect(await modelBits(options.model)).toEqual(before);
    options.optimizer.dispose();
  });
});

test("batches may come asynchronously", async () => {
  const [plain, async] = [shortTraining(6), shortTraining(6)];
  const expected = await train(plain);
  const result = await train({
    ...async,
    batches: async function* (epoch) {
      for (const batch of async.batches(epoch) as Iterable<SmallBatch>) {
        await Promise.resolve();
        yield batch;
      }
    },
  });
  expect(result.history).toEqual(expected.history);
  plain.optimizer.dispose();
  async.optimizer.dispose();
});

test("needs no timer and no animation frame", async () => {
  const never = vi.fn(() => 0);
  for (const name of ["setTimeout", "setInterval", "requestAnimationFrame", "requestIdleCallback"]) {
    vi.stubGlobal(name, never);
  }
  const options = shortTraining(7);
  expect(await train(options)).toMatchObject({ reason: "done", steps: 12 });
  expect(never).not.toHaveBeenCalled();
  options.optimizer.dispose();
});

test("one seed gives one history and one set of weights, another seed others", async () => {
  const run = async (seed: number) => {
    const options = shortTraining(seed);
    const { history } = await train(options);
    options.optimizer.dispose();
    return { losses: history.map(({ loss }) => loss), bits: await modelBits(options.model) };
  };
  const first = await run(8);
  expect(await run(8)).toEqual(first);
  expect((await run(9)).losses).not.toEqual(first.losses);
});

describe("options that cannot be", () => {
  const options = shortTraining(10);
  const trained = (changes: Partial<typeof options>) => train({ ...options, ...changes });

  test("numbers", async () => {
    await expect(trained({ epochs: 0 })).rejects.toThrowErrorMatchingInlineSnapshot(
      `[ValueError: train: epochs should be a positive whole number but is 0.]`,
    );
    await expect(trained({ reportEvery: 1.5 })).rejects.toThrowErrorMatchingInlineSnapshot(
      `[ValueError: train: reportEvery should be a positive whole number but is 1.5.]`,
    );
    await expect(trained({ patience: 3 })).rejects.toThrowErrorMatchingInlineSnapshot(
      `[ValueError: train: patience should be at least 1, beside a monitor but is given without one. Say with monitor which metric tells whether an epoch is better.]`,
    );
    const monitor = { metric: "loss", better: "lower" } as const;
    await expect(trained({ patience: 0, monitor })).rejects.toThrowErrorMatchingInlineSnapshot(
      `[ValueError: train: patience should be at least 1, beside a monitor but is 0. Say with monitor which metric tells whether an epoch is better.]`,
    );
  });

  test("a monitor of no direction, and a plateau of the other", async () => {
    const typo: string = "max";
    await expect(
      trained({ monitor: { metric: "loss", better: typo as "higher" } }),
    ).rejects.toThrowErrorMatchingInlineSnapshot(
      `[ValueError: train: monitor.better should be higher or lower but is max.]`,
    );
    const schedule = plateau({ lr: 0.1 });
    await expect(trained({ plateau: schedule })).rejects.toThrowErrorMatchingInlineSnapshot(
      `[ValueError: train: plateau should be given beside a monitor but is given without one. Say with monitor which metric it is to be told.]`,
    );
    const monitor = { metric: "accuracy", better: "higher" } as const;
    await expect(trained({ plateau: schedule, monitor })).rejects.toThrowErrorMatchingInlineSnapshot(
      `[ValueError: train: plateau should be for a metric of which higher is better, as monitor says but is for one of which lower is. Make it with plateau({ better: "higher", ... }).]`,
    );
  });

  test("an epoch without batches, a loss per row, a metric that nobody measures", async () => {
    const before = await modelBits(options.model);
    await expect(trained({ batches: () => [] })).rejects.toThrowErrorMatchingInlineSnapshot(
      `[ValueError: train: epoch 1 should be of at least one batch but is empty. Make a new iterator for each epoch.]`,
    );
    const perRow = ({ x }: SmallBatch) => options.model.forward(x);
    await expect(trained({ loss: perRow })).rejects.toThrowErrorMatchingInlineSnapshot(
      `[ShapeError: SGD.minimize: the loss should be of one element but is [4, 3]. Reduce it with sum or mean first.]`,
    );
    expect(await modelBits(options.model)).toEqual(before);
    const monitor = { metric: "f1", better: "higher" } as const;
    const asked = trained({ monitor, epochs: 1, evaluate: () => ({ accuracy: 1 }) });
    await expect(asked).rejects.toThrowErrorMatchingInlineSnapshot(
      `[ValueError: train: monitor.metric "f1" should be one of loss, accuracy but is none of them.]`,
    );
  });

  test("metrics that are no numbers, as where an await was forgotten", async () => {
    const measured = (metrics: () => unknown) =>
      trained({ epochs: 1, evaluate: metrics as () => Record<string, number> });
    await expect(measured(() => ({ e: Promise.resolve(1) }))).rejects.toThrowErrorMatchingInlineSnapshot(
      `[ValueError: train: metrics.e should be a number but is a Promise. Await it.]`,
    );
    await expect(measured(() => ({ f: 1, e: tensor(1) }))).rejects.toThrowErrorMatchingInlineSnapshot(
      `[ValueError: train: metrics.e should be a number but is a Tensor. Use item().]`,
    );
    await expect(measured(() => ({ e: "0.5" }))).rejects.toThrowErrorMatchingInlineSnapshot(
      `[ValueError: train: metrics.e should be a number but is a String. Await it.]`,
    );
    await expect(measured(() => 0.5)).rejects.toThrowErrorMatchingInlineSnapshot(
      `[ValueError: train: evaluate should be a record of numbers but is a Number.]`,
    );
    await expect(measured(() => tensor(1))).rejects.toThrowErrorMatchingInlineSnapshot(
      `[ValueError: train: evaluate should be a record of numbers but is a Tensor.]`,
    );
    expect((await measured(() => ({ e: Number.NaN }))).history).toMatchObject([{ metrics: { e: Number.NaN } }]);
  });

  test("options that there are none of, or that are missing", async () => {
    const call = (changes?: object) => Reflect.apply(train, undefined, changes ? [{ ...options, ...changes }] : []);
    await expect(call()).rejects.toThrowErrorMatchingInlineSnapshot(
      `[ValueError: train: options.model should be given but is missing.]`,
    );
    await expect(call({ loss: undefined })).rejects.toThrow("train: options.loss should be given but is missing.");
    await expect(call({ patiense: 3 })).rejects.toThrowErrorMatchingInlineSnapshot(
      `[ValueError: train: options.patiense should be one of model, optimizer, epochs, batches, loss, accumulate, plateau, checkpoint, resume, evaluate, monitor, patience, count, steps, reportEvery, onProgress, onEpoch, signal but is not one of them.]`,
    );
    await expect(call({ checkpoint: { every: 1 } })).rejects.toThrowErrorMatchingInlineSnapshot(
      `[ValueError: train: checkpoint.save should be a function but is undefined.]`,
    );
  });

  test("batches and losses that are none", async () => {
    const call = (changes: object) => Reflect.apply(train, undefined, [{ ...options, ...changes }]);
    await expect(call({ batches: [...smallBatches(1, 1)] })).rejects.toThrowErrorMatchingInlineSnapshot(
      `[ValueError: train: batches should be a function but is an Array. Make a new iterator for each epoch.]`,
    );
    await expect(call({ batches: smallBatches(1, 1) })).rejects.toThrow(
      "batches should be a function but is a Generator.",
    );
    await expect(call({ batches: async () => [] })).rejects.toThrowErrorMatchingInlineSnapshot(
      `[ValueError: train: batches should be iterable but is a Promise.]`,
    );
    await expect(call({ batches: () => undefined })).rejects.toThrow("batches should be iterable but is undefined");
    const once = smallBatches(1, 1);
    await expect(call({ batches: () => once })).rejects.toThrowErrorMatchingInlineSnapshot(
      `[ValueError: train: epoch 2 should be of at least one batch but is empty. Make a new iterator for each epoch.]`,
    );
    await expect(call({ loss: async () => tensor(1) })).rejects.toThrowErrorMatchingInlineSnapshot(
      `[ValueError: train: loss should be a Tensor, or { loss, state }, but is a Promise. Return it without await.]`,
    );
    for (const made of [1, undefined, null, {}])
      await expect(call({ loss: () => made })).rejects.toThrow("{ loss, state }");
  });
});
