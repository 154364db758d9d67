import { oneHot } from "@unroll/data";
import { open } from "@unroll/kernels";
import { Adam, crossEntropy, Linear, LSTM, Module, random, tensor } from "@unroll/nn";

class Model extends Module {
  constructor(rng) {
    super();
    this.lstm = new LSTM(2, 8, { rng });
    this.out = new Linear(8, 2, { rng });
  }

  forward(x) {
    return this.out.forward(this.lstm.forward(x).output);
  }
}

/** Four bits, each as one of two symbols. After each of them the model must still tell which came first. */
async function main() {
  const device = await open();
  const rows = Array.from({ length: 16 }, (_, n) => [3, 2, 1, 0].map((k) => (n >> k) & 1));
  const x = tensor(oneHot(rows.flat(), 2).data, { shape: [16, 4, 2] });
  const y = tensor(Int32Array.from(rows.flatMap((row) => row.map(() => row[0]))), { shape: [16, 4] });
  const model = new Model(random(42));
  const optimizer = new Adam(model.parameters(), { lr: 0.05 });

  const losses = [];
  for (let step = 0; step < 60; step++) {
    const loss = crossEntropy(model.forward(x), y);
    await optimizer.minimize(loss);
    losses.push(await loss.item());
  }
  const result = { first: losses[0], last: losses.at(-1), adapter: device.adapter.architecture };
  await (window.unrollSend ?? console.log)(result); // the test that bundles this page listens; in another the console does
}

main(); // a rejection is an error of the page
