import { expect, test } from "vitest";
import { Embedding, evaluate, GRU, LSTM, mean, RNN, random, SGD, slice, square, sub, type Tensor, tensor } from "..";
import { bitsOf } from "../test-support/bits";
import { useTestDevice } from "../test-support/device";

useTestDevice();

const [B, T, I, H] = [3, 7, 5, 6];
const x = tensor(random(1).normal(B * T * I), { shape: [B, T, I] });
const options = { rng: random(2), layers: 2 };
const lstm = new LSTM(I, H, options);

/** Every tensor that a layer gives: output first, then the parts of the state. */
type Run = (x: Tensor, state?: readonly Tensor[]) => readonly Tensor[];
const plain =
  (module: RNN | GRU): Run =>
  (input, state) => {
    const result = module.forward(input, { state: state?.[0] });
    return [result.output, result.state];
  };
const runs: Record<string, Run> = {
  RNN: plain(new RNN(I, H, options)),
  GRU: plain(new GRU(I, H, options)),
  "GRU before": plain(new GRU(I, H, { ...options, reset: "before" })),
  LSTM: (input, state) => {
    const [h, c] = state ?? [];
    const { output, state: next } = lstm.forward(input, h && c ? { state: { h, c } } : {});
    return [output, next.h, next.c];
  },
};

test.each(Object.keys(runs))(
  "%s: two chunks with the state carried over are one long run, bit for bit",
  async (name) => {
    const run = runs[name] as Run;
    const whole = run(x);
    const [first, ...carried] = run(slice(x, 1, 0, 3)) as [Tensor, ...Tensor[]];
    await evaluate([first, ...carried]); // truncated backpropagation keeps states so
    const [second, ...last] = run(slice(x, 1, 3), carried) as [Tensor, ...Tensor[]];
    const parts = [slice(whole[0] as Tensor, 1, 0, 3), slice(whole[0] as Tensor, 1, 3), ...whole.slice(1)];
    for (const [index, part] of [first, second, ...last].entries()) {
      expect(part.shape).toEqual(parts[index]?.shape);
      expect(await bitsOf(part)).toEqual(await bitsOf(parts[index] as Tensor));
    }
    expect(await bitsOf(last[0] as Tensor)).not.toEqual(await bitsOf(carried[0] as Tensor));
  },
);

test("a reverse layer is a forward one over the reversed sequence", async () => {
  const forward = new LSTM(I, H, { rng: random(3) });
  const reverse = new LSTM(I, H, { rng: random(3), direction: "reverse" });
  const values = await x.data();
  const turned = new Float32Array(values.length);
  for (let b = 0; b < B; b++) {
    for (let t = 0; t < T; t++)
      turned.set(values.subarray((b * T + t) * I, (b * T + t + 1) * I), (b * T + T - 1 - t) * I);
  }
  const there = forward.forward(tensor(turned, { shape: [B, T, I] }));
  const back = reverse.forward(x);
  expect(await bitsOf(back.state.h)).toEqual(await bitsOf(there.state.h));
  expect(await bitsOf(slice(back.output, 1, 0, 1))).toEqual(await bitsOf(slice(there.output, 1, T - 1)));
});

test("a row of length 0 outputs zeros and keeps the state it starts from", async () => {
  const gru = new GRU(I, H, { rng: random(4) });
  const start = tensor(random(5).normal(B * H), { shape: [1, B, H] });
  const { output, state } = gru.forward(x, { state: start, lengths: [T, 0, 2], allowEmpty: true });
  expect([...(await slice(output, 0, 1, 2).data())].every((value) => value === 0)).toBe(true);
  const [before, after] = [await start.data(), await state.data()];
  expect([...after.subarray(H, 2 * H)]).toEqual([...before.subarray(H, 2 * H)]);
  expect([...after.subarray(0, H)]).not.toEqual([...before.subarray(0, H)]);
});

test("the padding row of an embedding stays zero under training, and the others move", async () => {
  const embedding = new Embedding(4, 3, { rng: random(6), paddingId: 1 });
  const before = [...(await embedding.weight.data())];
  const optimizer = new SGD(embedding.parameters(), { lr: 0.5, momentum: 0.9 });
  const ids = tensor(Int32Array.of(1, 0, 1, 2), { shape: [2, 2] });
  const away = tensor(new Float32Array(12).fill(-3), { shape: [2, 2, 3] });
  for (let step = 0; step < 5; step++) {
    await optimizer.minimize(mean(square(sub(embedding.forward(ids), away))));
  }
  const after = [...(await embedding.weight.data())];
  expect(after.slice(3, 6)).toEqual([0, 0, 0]);
  expect(after.slice(9)).toEqual(before.slice(9)); // token 3 was never looked up
  for (const at of [0, 1, 2, 6, 7, 8]) expect(after[at]).not.toBe(before[at]);
  optimizer.dispose();
});
