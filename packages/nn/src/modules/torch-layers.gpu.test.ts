import { expectClose } from "@unroll/testing";
import { expect, test } from "vitest";
import {
  BatchNorm1d,
  BatchNorm2d,
  Conv1d,
  Conv2d,
  evaluate,
  GroupNorm,
  loadTorch,
  Module,
  permute,
  RMSNorm,
  saveTorch,
  tensor,
} from "..";
import { decodeSafetensors } from "../io";
import { fromBase64 } from "../io/test-support/bytes";
import { MODEL, VALUES } from "../io/test-support/torch-layers-fixture";
import { useTestDevice } from "../test-support/device";

useTestDevice();

class Layers extends Module {
  readonly conv1 = new Conv1d(4, 6, 3, { stride: 2, padding: 2, dilation: 2, groups: 2 });
  readonly conv2 = new Conv2d(2, 3, [3, 2], { stride: [2, 1], padding: [1, 0] });
  readonly batch1 = new BatchNorm1d(4);
  readonly batch2 = new BatchNorm2d(2, { momentum: null });
  readonly group = new GroupNorm(2, 4);
  readonly rms = new RMSNorm(4);
}

test("PyTorch's weights give PyTorch's outputs and running statistics, and are written back as they came", async () => {
  const model = new Layers();
  await loadTorch(model, fromBase64(MODEL));
  const { tensors: written } = decodeSafetensors(await saveTorch(model));
  const { tensors: read } = decodeSafetensors(fromBase64(MODEL));
  expect(new Map([...written].sort())).toEqual(new Map([...read].sort()));

  const { tensors: values } = decodeSafetensors(fromBase64(VALUES));
  const known = (name: string) => {
    const found = values.get(name);
    if (!found) throw new Error(`The fixture has no ${name}.`);
    return found;
  };
  const input = (name: string) => tensor(known(name).data, { shape: known(name).shape });
  const [steps, image] = [input("steps"), input("image")];
  const made = {
    conv1: model.conv1.forward(steps),
    conv2: model.conv2.forward(image),
    batch1: model.batch1.forward(steps),
    batch2: model.batch2.forward(image),
    group: permute(model.group.forward(permute(steps, [0, 2, 1])), [0, 2, 1]),
    rms: model.rms.forward(steps),
  };
  await evaluate(Object.values(made));
  // sums of at most 40 products of numbers up to 3, and normalised numbers up to 4 times weights up to 3
  const tolerance = { absolute: 60 * 12 * 2 ** -24 };
  for (const [name, output] of Object.entries(made)) {
    expectClose(name, await output.data(), known(name).data, { ...tolerance, shape: known(name).shape });
  }
  for (const name of ["batch1", "batch2"] as const) {
    expectClose(`${name} mean`, await model[name].runningMean.data(), known(`${name}.running_mean`).data, tolerance);
    expectClose(`${name} variance`, await model[name].runningVar.data(), known(`${name}.running_var`).data, tolerance);
  }
});
