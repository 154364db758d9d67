import { describe, expect, test } from "vitest";
import {
  Adam,
  crossEntropy,
  Embedding,
  evaluate,
  GRU,
  grad,
  Linear,
  LSTM,
  Module,
  type Parameter,
  RNN,
  random,
  reshape,
  type Tensor,
  tensor,
} from "..";
import { useTestDevice } from "../test-support/device";

useTestDevice();

const cells = { RNN, LSTM, GRU, "GRU before": GRU } as const;
type CellName = keyof typeof cells;
const names = Object.keys(cells) as CellName[];
const [V, E, H] = [11, 6, 9];
const IGNORED = -1;

interface ModelOptions {
  direction?: "forward" | "reverse" | "bidirectional";
  dropout?: number;
  layers?: number;
  seed?: number;
}

/** Reads tokens and scores a token for each step. */
class LanguageModel extends Module {
  readonly embed: Embedding;
  readonly cell: RNN | LSTM | GRU;
  readonly out: Linear;

  constructor(name: CellName, { seed = 5, layers = 2, ...options }: ModelOptions) {
    super();
    const rng = random(seed);
    const shared = { rng, layers, ...options };
    this.embed = new Embedding(V, E, { rng });
    this.cell = name === "GRU before" ? new GRU(E, H, { ...shared, reset: "before" }) : new cells[name](E, H, shared);
    this.out = new Linear(this.cell.outputSize, V, { rng });
  }

  forward(tokens: Tensor, lengths: readonly number[]) {
    const { output, state } = this.cell.forward(this.embed.forward(tokens), { lengths });
    return { logits: this.out.forward(output), output, state: "h" in state ? [state.h, state.c] : [state] };
  }
}

/** Rows of tokens and of what to predict, padded to T steps with tokens that mean nothing and targets left out. */
function batch(step: number, T: number): { tokens: Tensor; targets: Tensor; lengths: number[] } {
  const B = 5;
  const lengths = Array.from({ length: B }, (_, b) => 1 + ((3 * b + step) % 7));
  const tokens = new Int32Array(B * T).fill(V - 1);
  const targets = new Int32Array(B * T).fill(IGNORED);
  for (const [b, length] of lengths.entries()) {
    for (let t = 0; t < length; t++) {
      tokens[b * T + t] = (7 * b + 5 * t + step) % V;
      targets[b * T + t] = (4 * b + 3 * t * t + step) % V;
    }
  }
  return { tokens: tensor(tokens, { shape: [B, T] }), targets: tensor(targets, { shape: [B, T] }), lengths };
}

const lossOf = (logits: Tensor, targets: Tensor): Tensor => crossEntropy(logits, targets, { ignoreIndex: IGNORED });

/** The bits of numbers, since −0 and 0 compare as equal. */
const bits = (values: ArrayLike<number>): Uint32Array => new Uint32Array(Float32Array.from(values).buffer);

const parametersOf = (model: Module): Promise<[string, Uint32Array][]> =>
  Promise.all(
    [...model.namedParameters()].map(
      async ([name, p]: [string, Parameter]) => [name, bits(await p.data())] as [string, Uint32Array],
    ),
  );

describe.each(names)("%s", (name) => {
  test("the same seed gives the same bits of loss over 100 steps, three times over, with dropout between layers", async () => {
    const run = async (seed: number): Promise<Uint32Array> => {
      const model = new LanguageModel(name, { dropout: 0.3, seed });
      const optimizer = new Adam(model.parameters(), { lr: 0.01, clipNorm: 1 });
      const losses: Tensor[] = [];
      for (let step = 0; step < 100; step++) {
        const { tokens, targets, lengths } = batch(step, 7);
        const loss = lossOf(model.forward(tokens, lengths).logits, targets);
        await optimizer.minimize(loss);
        losses.push(loss);
      }
      const found = await Promise.all(losses.map((loss) => loss.item()));
      optimizer.dispose();
      model.dispose();
      for (const loss of losses) loss.dispose();
      return bits(found);
    };
    const first = await run(5);
    expect(await run(5)).toEqual(first);
    expect(await run(5)).toEqual(first);
    expect(await run(6)).not.toEqual(first);
    expect(new Set(first).size).toBeGreaterThan(90); // each step is another
  });

  test.each([
    { direction: "forward", dropout: 0.3 },
    { direction: "reverse" },
    { direction: "bidirectional" },
  ] as const)("padding further changes no bit of any result or update: $direction", async (options) => {
    const run = async (T: number) => {
      const model = new LanguageModel(name, options);
      const all = model.parameters();
      const { tokens, targets, lengths } = batch(0, T);
      const { logits, output, state } = model.forward(tokens, lengths);
      const loss = lossOf(logits, targets);
      const gradients = grad(loss, all);
      await evaluate([loss, logits, output, ...state, ...gradients]);
      const width = output.shape[2] as number;
      const values = await output.data();
      const rows = lengths.map((length, b) => bits(values.slice(b * T * width, (b * T + length) * width)));
      const padding = lengths.flatMap((length, b) => [...values.slice((b * T + length) * width, (b + 1) * T * width)]);
      const found = {
        loss: await loss.item(),
        rows,
        states: await Promise.all(state.map(async (s) => bits(await s.data()))),
        gradients: await Promise.all(gradients.map(async (g) => bits(await g.data()))),
      };
      const optimizer = new Adam(all, { lr: 0.01, clipNorm: 1 });
      const losses: number[] = [];
      for (let step = 1; step <= 5; step++) {
        const next = batch(step, T);
        const trained = lossOf(model.forward(next.tokens, next.lengths).logits, next.targets);
        await optimizer.minimize(trained);
        losses.push(await trained.item());
      }
      const parameters = await parametersOf(model);
      optimizer.dispose();
      return { ...found, losses, parameters, padding };
    };
    const { padding: none, ...short } = await run(7);
    for (const T of [8, 13]) {
      const { padding, ...long } = await run(T);
      expect(long).toEqual(short);
      expect(padding.length).toBeGreaterThan(none.length);
      expect(padding.every((value) => value === 0)).toBe(true);
    }
  });
});

test("padding further changes no bit where the final state scores a sequence", async () => {
  const model = new LanguageModel("LSTM", { direction: "bidirectional", layers: 1 });
  const run = async (T: number) => {
    const { tokens, lengths } = batch(3, T);
    const [h] = model.forward(tokens, lengths).state as [Tensor];
    const scores = model.out.forward(reshape(h, [5, 2 * H]));
    const loss = crossEntropy(scores, tensor([1, 2, 3, 4, 5], { dtype: "i32" }));
    const gradients = grad(loss, model.parameters());
    await evaluate([loss, ...gradients]);
    return Promise.all([loss, ...gradients].map(async (value) => bits(await value.data())));
  };
  const short = await run(7);
  expect(await run(8)).toEqual(short);
  expect(await run(13)).toEqual(short);
});
