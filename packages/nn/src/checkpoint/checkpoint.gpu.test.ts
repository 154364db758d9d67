import { describe, expect, test } from "vitest";
import {
  Adafactor,
  Adam,
  AdamW,
  CheckpointError,
  checkpointStore,
  crossEntropy,
  decodeSafetensors,
  encodeSafetensors,
  Linear,
  loadCheckpoint,
  memoryFiles,
  minimizeChunk,
  nodeFiles,
  type Optimizer,
  opfsFiles,
  plateau,
  random,
  SGD,
  saveCheckpoint,
  seed,
  type Tensor,
  type TrainOptions,
  tensor,
  train,
} from "..";
import { modelBits } from "../test-support/bits";
import { useTestDevice } from "../test-support/device";
import { type SmallBatch, SmallModel, shortTraining, smallBatches } from "../test-support/short-training";

useTestDevice();

const lossOf = (model: SmallModel, { x, y }: SmallBatch) => crossEntropy(model.forward(x), y);

const optimizers: { why: string; make: (model: SmallModel) => Optimizer }[] = [
  {
    why: "AdamW with AMSGrad, groups, an average and a schedule that remembers",
    make: (model) =>
      new AdamW(
        [
          { parameters: model.lstm.parameters(), weightDecay: 0 },
          { parameters: model.out.parameters(), lr: 0.02 },
        ],
        {
          lr: plateau({ lr: 0.01, patience: 0 }),
          amsgrad: true,
          clipNorm: 1,
          average: { kind: "ema", decay: 0.9 },
        },
      ),
  },
  {
    why: "SGD with Nesterov momentum",
    make: (model) => new SGD(model.parameters(), { lr: 0.1, momentum: 0.9, nesterov: true }),
  },
  {
    why: "Adafactor, whose slots are no arrays of parameters",
    make: (model) => new Adafactor(model.parameters(), { lr: 0.05 }),
  },
];

describe.each(optimizers)("$why", ({ make }) => {
  test("resumed from a checkpoint gives the same bits as never having stopped, dropout and all", async () => {
    const batches = [...smallBatches(9, 4)];
    const straight = new SmallModel(1);
    const optimizer = make(straight);
    let file: Uint8Array<ArrayBuffer> | undefined;
    for (const [step, batch] of batches.entries()) {
      if (step === 4) {
        await optimizer.accumulate(lossOf(straight, batch)); // a checkpoint between two halves of an update
        file = await saveCheckpoint({ model: straight, optimizer, position: { step } });
        await optimizer.accumulate(lossOf(straight, batch));
        await optimizer.step();
      } else await optimizer.minimize(lossOf(straight, batch));
    }
    const resumed = new SmallModel(99); // other weights, and a generator elsewhere
    const second = make(resumed);
    const { position } = await loadCheckpoint(file as Uint8Array<ArrayBuffer>, { model: resumed, optimizer: second });
    expect(position).toEqual({ step: 4 });
    expect([second.updates, second.accumulated]).toEqual([4, 1]);
    await second.accumulate(lossOf(resumed, batches[4] as SmallBatch));
    await second.step();
    for (const batch of batches.slice(5)) await second.minimize(lossOf(resumed, batch));
    expect(await modelBits(resumed)).toEqual(await modelBits(straight));
    const [one, two] = [await optimizer.state(), await second.state()];
    expect(two).toEqual(one);
    // and into an optimizer that has been used already
    await loadCheckpoint(file as Uint8Array<ArrayBuffer>, { model: resumed, optimizer: second });
    await second.accumulate(lossOf(resumed, batches[4] as SmallBatch));
    await second.step();
    for (const batch of batches.slice(5)) await second.minimize(lossOf(resumed, batch));
    expect(await modelBits(resumed)).toEqual(await modelBits(straight));
    // the same again is the same file
    const again = await saveCheckpoint({ model: resumed, optimizer: second });
    expect(again).toEqual(await saveCheckpoint({ model: straight, optimizer }));
    optimizer.dispose();
    second.dispose();
  });
});

test("one taken before the first update begins where that began", async () => {
  const [model, other] = [new SmallModel(1), new SmallModel(2)];
  const [a, b] = [new Adam(model.parameters(), { lr: 0.1 }), new Adam(other.parameters(), { lr: 0.1 })];
  const file = await saveCheckpoint({ model, optimizer: a });
  const [batch] = [...smallBatches(1, 1)] as [SmallBatch];
  await b.minimize(lossOf(other, batch)); // what it remembers of this goes
  await loadCheckpoint(file, { model: other, optimizer: b });
  await a.minimize(lossOf(model, batch));
  await b.minimize(lossOf(other, batch));
  expect(await modelBits(other)).toEqual(await modelBits(model));
  expect((await b.report()).skipped).toBe(0);
  a.dispose();
  b.dispose();
});

test("a state carried from chunk to chunk goes on too, and so do generators and the package's own", async () => {
  seed(7);
  const model = new SmallModel(1);
  const optimizer = new SGD(model.parameters(), { lr: 0.1 });
  const shuffle = random(3);
  const [batch] = [...smallBatches(1, 1)] as [SmallBatch];
  const { output, state } = model.lstm.forward(batch.x);
  shuffle.uniform(3);
  const carried = await minimizeChunk(optimizer, lossOf(model, batch), { lstm: state, seen: 12, none: null });
  expect(output.storage).toBe(null);
  const kept = { model, optimizer, generators: { shuffle } };
  const file = await saveCheckpoint({
    ...kept,
    state: carried,
    position: { order: [3, 1, 2], best: Number.NEGATIVE_INFINITY },
  });
  const drawn = [shuffle.uniform(2), new Linear(2, 2).weight.variable.initial];
  seed(8);
  const loaded = await loadCheckpoint(file, { ...kept, generators: { shuffle: shuffle } });
  expect(loaded.position).toEqual({ order: [3, 1, 2], best: Number.NEGATIVE_INFINITY });
  const back = loaded.state as typeof carried;
  expect([back.seen, back.none]).toEqual([12, null]);
  expect(await back.lstm.h.data()).toEqual(await carried.lstm.h.data());
  expect(await back.lstm.c.data()).toEqual(await carried.lstm.c.data());
  expect(back.lstm.c.shape).toEqual(carried.lstm.c.shape);
  expect([shuffle.uniform(2), new Linear(2, 2).weight.variable.initial]).toEqual(drawn);
  optimizer.dispose();
});

describe("train", () => {
  const options = (seedOf: number): TrainOptions<SmallBatch> & { model: SmallModel } => {
    const made = shortTraining(seedOf, 4, 5);
    let measured = 0;
    return {
      ...made,
      evaluate: () => ({ score: [3, 5, 4, 1][measured++ % 4] as number, odd: Number.NaN }),
      monitor: { metric: "score", better: "higher" },
      count: () => 4,
      accumulate: 2,
      reportEvery: 3,
    };
  };

  test("resumed in the midst of an epoch ends with the same bits, history and best weights", async () => {
    const files: { bytes: Uint8Array<ArrayBuffer>; totalSteps: number; epoch: number; step: number }[] = [];
    const first = options(3);
    const plain = options(3);
    const nothing = await checkpointStore(memoryFiles()).read();
    const expected = await train({ ...plain, resume: nothing }); // undefined: there is nothing to go on from
    const result = await train({
      ...first,
      checkpoint: { every: 3, save: (bytes, at) => void files.push({ bytes, ...at }) },
    });
    expect(result).toEqual(expected); // keeping checkpoints changes nothing
    expect(await modelBits(first.model)).toEqual(await modelBits(plain.model));
    expect(files.map(({ epoch, step }) => [epoch, step])).toEqual([
      [1, 3],
      [2, 1],
      [2, 4],
      [3, 2],
      [3, 5],
      [4, 3],
    ]);
    for (const { bytes, epoch } of files) {
      const second = options(50);
      let measured = epoch - 1; // the data of the epochs is that of the first
      const resumed = await train({
        ...second,
        batches: first.batches,
        evaluate: () => ({ score: [3, 5, 4, 1][measured++ % 4] as number, odd: Number.NaN }),
        resume: bytes,
      });
      expect(resumed).toEqual(expected);
      expect(await modelBits(second.model)).toEqual(await modelBits(first.model));
      second.optimizer.dispose();
    }
    plain.optimizer.dispose();
    first.optimizer.dispose();
  });

  test("refuses to resume from a checkpoint of something else, and what is out of range", async () => {
    const made = shortTraining(3);
    const { model, optimizer } = made;
    const file = await saveCheckpoint({ model, optimizer });
    await expect(train({ ...made, resume: file })).rejects.toThrowErrorMatchingInlineSnapshot(
      `[ValueError: train: resume should be a checkpoint that train() kept but is one of something else. Load it with loadCheckpoint, and train from there.]`,
    );
    const save = () => undefined;
    await expect(train({ ...made, checkpoint: { every: 0, save } })).rejects.toThrowErrorMatchingInlineSnapshot(
      `[ValueError: train: checkpoint.every should be a positive whole number but is 0.]`,
    );
    await expect(train({ ...made, accumulate: 1.5 })).rejects.toThrowErrorMatchingInlineSnapshot(
      `[ValueError: train: accumulate should be a positive whole number but is 1.5.]`,
    );
    await expect(train({ ...made, plateau: plateau({ lr: 1 }) })).rejects.toThrowErrorMatchingInlineSnapshot(
      `[ValueError: train: plateau should be given beside a monitor but is given without one. Say with monitor which metric it is to be told.]`,
    );
    optimizer.dispose();
  });

  test("tells a plateau its metric after each epoch", async () => {
    const made = shortTraining(3, 4, 2);
    const rate = plateau({ lr: 0.25, factor: 0.5, patience: 0, better: "higher", threshold: 0 });
    made.optimizer.lr = rate;
    const rates: number[] = [];
    let epoch = 0;
    await train({
      ...made,
      evaluate: () => ({ score: [1, 2, 2, 1][epoch++] as number }),
      monitor: { metric: "score", better: "higher" },
      plateau: rate,
      onEpoch: () => rates.push(made.optimizer.lr),
    });
    expect(rates).toEqual([0.25, 0.25, 0.125, 0.0625]);
    made.optimizer.dispose();
  });

  test("carries state from batch to batch of an epoch", async () => {
    const made = shortTraining(3, 2, 3);
    const seen: boolean[] = [];
    await train({
      ...made,
      loss: (batch, state: { h: Tensor; c: Tensor } | undefined) => {
        seen.push(state !== undefined);
        const next = made.model.lstm.forward(batch.x, { state });
        return { loss: lossOf(made.model, batch), state: next.state };
      },
    });
    expect(seen).toEqual([false, true, true, false, true, true]);
    made.optimizer.dispose();
  });
});

describe("a checkpoint that does not fit is refused, by what differs, and changes nothing", () => {
  const make = (size = 3) => {
    const model = new Linear(size, 2, { rng: random(1) });
    return { model, optimizer: new Adam(model.parameters(), { lr: 0.1 }) };
  };
  const refused = async (file: Uint8Array<ArrayBuffer>, subject: Parameters<typeof loadCheckpoint>[1]) => {
    const before = await modelBits(subject.model);
    const error: unknown = await loadCheckpoint(file, subject).then(
      () => undefined,
      (cause: unknown) => cause,
    );
    expect(await modelBits(subject.model)).toEqual(before);
    return error;
  };

  test("model, optimizer, vocabulary, generators, version, file", async () => {
    const saved = make();
    const vocabulary = ["a", "b", "c"];
    const file = await saveCheckpoint({ ...saved, vocabulary });
    const other = make(4);
    expect(await refused(file, { ...other, vocabulary })).toMatchInlineSnapshot(
      `[StateDictError: loadCheckpoint: the file does not fit the model. wrong: "weight" should be f32 [2, 4] but is f32 [2, 3]. The model was left as it was.]`,
    );
    const same = make();
    expect(await refused(file, { ...same, vocabulary: ["a", "x", "c"] })).toMatchInlineSnapshot(
      `[CheckpointError: loadCheckpoint: entry 1 of the vocabulary should be "b" but is "x". Build all as it was when the checkpoint was taken. Nothing was changed.]`,
    );
    expect(await refused(file, { ...same, vocabulary: ["a", "b"] })).toMatchInlineSnapshot(
      `[CheckpointError: loadCheckpoint: the vocabulary should be 3 entries long but is 2. Build all as it was when the checkpoint was taken. Nothing was changed.]`,
    );
    expect(await refused(file, { ...same, vocabulary: [...vocabulary, "d"] })).toMatchInlineSnapshot(
      `[CheckpointError: loadCheckpoint: entry 3 of the vocabulary should be left out: the file has no more but is "d". Build all as it was when the checkpoint was taken. Nothing was changed.]`,
    );
    expect(await refused(file, same)).toMatchInlineSnapshot(
      `[CheckpointError: loadCheckpoint: the vocabulary should be given, as it was when saving but is missing. Build all as it was when the checkpoint was taken. Nothing was changed.]`,
    );
    expect(await refused(file, { ...same, vocabulary, generators: { shuffle: random(1) } })).toMatchInlineSnapshot(
      `[CheckpointError: loadCheckpoint: the generators should be the package's own but is shuffle, the package's own. Build all as it was when the checkpoint was taken. Nothing was changed.]`,
    );
    const plain = new Linear(3, 2);
    const sgd = new SGD(plain.parameters(), { lr: 1 });
    expect(await refused(file, { model: plain, optimizer: sgd, vocabulary })).toMatchInlineSnapshot(
      `[OptimizerStateError: SGD.loadState: the optimizer should be SGD but is Adam. Build the optimizer as it was when the state was taken. Nothing was changed.]`,
    );
    const amsgrad = new Linear(3, 2);
    const trained = make();
    await trained.optimizer.minimize(
      crossEntropy(trained.model.forward(tensor([[1, 2, 3]])), tensor(Int32Array.of(1))),
    );
    const full = await saveCheckpoint(trained);
    const wide = new Adam(amsgrad.parameters(), { lr: 1, amsgrad: true });
    expect(await refused(full, { model: amsgrad, optimizer: wide })).toMatchInlineSnapshot(
      `[OptimizerStateError: Adam.loadState: what it keeps for each parameter should be largest, m, v but is m, v. Build the optimizer as it was when the state was taken. Nothing was changed.]`,
    );
    const without = await saveCheckpoint({ model: saved.model });
    expect(await refused(without, same)).toMatchInlineSnapshot(
      `[CheckpointError: loadCheckpoint: the file should be one with the state of an optimizer but is one without. Build all as it was when the checkpoint was taken. Nothing was changed.]`,
    );
    const { tensors, metadata } = decodeSafetensors(file);
    const text = metadata.get("unroll.checkpoint") as string;
    const changed = (from: string | RegExp, to: string) =>
      encodeSafetensors(tensors, { "unroll.checkpoint": text.replace(from, to) });
    expect(await refused(changed('"version":1', '"version":2'), { ...same, vocabulary })).toMatchInlineSnapshot(
      `[CheckpointError: loadCheckpoint: the version of the checkpoint should be 1 but is 2. Build all as it was when the checkpoint was taken. Nothing was changed.]`,
    );
    expect(await refused(changed('"generators":{', '"generators":{"x":{"seed":-1},'), same)).toMatchInlineSnapshot(
      `[CheckpointError: loadCheckpoint: the field generators should be as saveCheckpoint writes it but is something else. Build all as it was when the checkpoint was taken. Nothing was changed.]`,
    );
    expect(await refused(changed('"updates":0', '"updates":"0"'), { ...same, vocabulary })).toMatchInlineSnapshot(
      `[CheckpointError: loadCheckpoint: the field optimizer should be as saveCheckpoint writes it but is something else. Build the optimizer as it was when the checkpoint was taken. Nothing was changed.]`,
    );
    expect(await refused(changed("{", "["), same)).toMatchInlineSnapshot(
      `[CheckpointError: loadCheckpoint: the file should be a checkpoint, with an entry unroll.checkpoint in its header but is without a sound one. Build all as it was when the checkpoint was taken. Nothing was changed.]`,
    );
    expect(await refused(encodeSafetensors(tensors), same)).toBeInstanceOf(CheckpointError);
    expect(await refused(file.slice(0, -4), same)).toHaveProperty("name", "FileFormatError");
  });
});

describe("a store", () => {
  const whole = async (value: number) => {
    const model = new Linear(1, 1);
    return saveCheckpoint({ model, position: value });
  };

  test.each([
    { where: "memory", files: () => memoryFiles() },
    { where: "the browser's private files", files: () => opfsFiles(`test-${Math.floor(performance.now())}`) },
    { where: "a file system as Node's", files: () => nodeFiles(fakeFileSystem(), "runs/a") },
  ])("in $where keeps the last two, and passes over one that was cut off", async ({ files }) => {
    const place = files();
    const store = checkpointStore(place, { name: "names" });
    expect(await store.read()).toBe(undefined);
    const [one, two, three] = [await whole(1), await whole(2), await whole(3)];
    await store.write(one);
    await store.write(two);
    expect(await store.read()).toEqual(two);
    await store.write(three);
    expect((await place.list()).sort()).toEqual(["names.2.safetensors", "names.3.safetensors"]);
    await place.write("names.4.safetensors", three.slice(0, 20));
    await place.write("other.9.safetensors", one);
    expect(await store.read()).toEqual(three);
    await store.write(one);
    expect((await place.list()).sort()).toEqual(["names.3.safetensors", "names.5.safetensors", "other.9.safetensors"]);
    for (const name of await place.list()) await place.write(name, one.slice(0, 9));
    await expect(checkpointStore(place, { name: "names" }).read()).rejects.toThrowErrorMatchingInlineSnapshot(
      `[CheckpointError: checkpointStore.read: names.5.safetensors, names.3.safetensors should be whole but is damaged. Remove them to begin anew.]`,
    );
    for (const name of await place.list()) await place.remove(name);
  });

  test("has a plain name and keeps at least one", () => {
    expect(() => checkpointStore(memoryFiles(), { name: "../a" })).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: checkpointStore: name should be letters, digits, - and _ but is ../a.]`,
    );
    expect(() => checkpointStore(memoryFiles(), { keep: 0 })).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: checkpointStore: keep should be a whole number from 1 but is 0.]`,
    );
  });
});

/** A file system in memory with Node's names. */
function fakeFileSystem(): import("./store").NodeFileSystem {
  const held = new Map<string, Uint8Array>();
  return {
    mkdir: async () => undefined,
    readdir: async (path) =>
      [...held.keys()].flatMap((name) => (name.startsWith(`${path}/`) ? [name.slice(path.length + 1)] : [])),
    readFile: async (path) => held.get(path) as Uint8Array,
    writeFile: async (path, data) => void held.set(path, data),
    rename: async (from, to) => {
      held.set(to, held.get(from) as Uint8Array);
      held.delete(from);
    },
    rm: async (path) => void held.delete(path),
  };
}
