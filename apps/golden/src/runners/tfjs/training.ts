import { mseLoss, SGD } from "@unroll/nn";
import type { GoldenTensor } from "@unroll/testing";
import { type Check, type Tolerance, UnsupportedCase } from "../../compare";
import type { Fields } from "../../fields";
import { f32 } from "../tensors";
import { TfjsModel } from "./model";

const MEAN_SQUARED_ERROR = "mean squared error (mean over all elements)";

/** Epochs of stochastic gradient descent: the loss of each, the weights after the last, and the output after it. */
export async function trainTfjs(fields: Fields): Promise<Check[]> {
  if (!fields.has("training")) return [];
  const training = fields.fields("training");
  training.only(
    ...["loss", "optimizer", "learning_rate", "epochs", "batch_size", "shuffle", "target", "expected", "x", "stateful"],
  );
  if (training.text("loss") !== MEAN_SQUARED_ERROR) throw new UnsupportedCase(`loss ${training.text("loss")}`);
  if (training.text("optimizer") !== "SGD") throw new UnsupportedCase(`training by ${training.text("optimizer")}`);
  if (training.flag("shuffle", false)) throw new UnsupportedCase("shuffled batches");

  const model = new TfjsModel(fields, training.flag("stateful", false));
  const x = training.has("x") ? training.tensor("x") : fields.fields("inputs").tensor("x");
  const optimizer = new SGD(model.parameters, { lr: training.number("learning_rate") });
  const losses: number[] = [];
  const batches = batchesOf(x, training.tensor("target"), training.number("batch_size"));
  for (let epoch = 0; epoch < training.number("epochs"); epoch++) {
    let total = 0;
    for (const batch of batches) {
      const loss = mseLoss(model.predict(batch.x), f32(batch.target));
      await optimizer.minimize(loss, { evaluate: model.kept });
      total += (await loss.item()) * batch.rows;
    }
    losses.push(total / batches.reduce((sum, { rows }) => sum + rows, 0));
  }
  return afterTraining(model, training.fields("expected"), { losses, x, tolerance: fields.tolerance() });
}

type Trained = { readonly losses: readonly number[]; readonly x: GoldenTensor; readonly tolerance: Tolerance };

async function afterTraining(model: TfjsModel, expected: Fields, { losses, x, tolerance }: Trained): Promise<Check[]> {
  const checks: Check[] = [];
  for (const key of expected.keys) {
    const perEpoch = /^loss_per_epoch(?:_from_epoch_(\d+))?$/.exec(key);
    if (perEpoch) {
      const wanted = expected.numbers(key);
      const from = Number(perEpoch[1] ?? 1) - 1;
      const actual = losses.slice(from, from + wanted.length);
      checks.push({ what: key, actual: { shape: [actual.length], data: actual }, expected: listOf(wanted), tolerance });
    } else if (key === "weights") checks.push(...(await weightChecks(model, expected.fields(key), tolerance)));
    else if (key === "output_after") {
      model.resetStates();
      const output = model.predict(x);
      const actual = { shape: output.shape, data: await output.data() };
      checks.push({ what: key, actual, expected: expected.tensor(key), tolerance });
    } else throw new UnsupportedCase(`no result ${key} of training`);
  }
  return checks;
}

/** Weights by `layer/index`. */
async function weightChecks(model: TfjsModel, expected: Fields, tolerance: Tolerance): Promise<Check[]> {
  return Promise.all(
    expected.keys.map(async (key) => {
      const [layer, index] = key.split("/").map(Number);
      const actual = (await model.weights(layer ?? -1))[index ?? -1];
      if (!actual) throw new UnsupportedCase(`no weight ${key}`);
      return { what: `weight ${key}`, actual, expected: expected.tensor(key), tolerance };
    }),
  );
}

type Batch = { readonly x: GoldenTensor; readonly target: GoldenTensor; readonly rows: number };

function batchesOf(x: GoldenTensor, target: GoldenTensor, size: number): Batch[] {
  const N = x.shape[0] ?? 0;
  return Array.from({ length: Math.ceil(N / size) }, (_, index) => {
    const [start, end] = [index * size, Math.min(N, (index + 1) * size)];
    return { x: rows(x, start, end), target: rows(target, start, end), rows: end - start };
  });
}

function rows({ dtype, shape, data }: GoldenTensor, start: number, end: number): GoldenTensor {
  const size = data.length / (shape[0] ?? 1);
  return { dtype, shape: [end - start, ...shape.slice(1)], data: data.slice(start * size, end * size) };
}

function listOf(numbers: readonly number[]): GoldenTensor {
  return { dtype: "float64", shape: [numbers.length], data: Float64Array.from(numbers) };
}
