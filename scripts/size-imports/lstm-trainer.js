import { open } from "@unroll/kernels";
import { Adam, crossEntropy, Linear, LSTM, Module, random, reshape, tensor } from "@unroll/nn";

class Classifier extends Module {
  constructor(rng) {
    super();
    this.lstm = new LSTM(4, 32, { rng });
    this.out = new Linear(32, 3, { rng });
  }

  forward(x) {
    return this.out.forward(reshape(this.lstm.forward(x).state.h, [x.shape[0], 32]));
  }
}

await open();
const model = new Classifier(random(1));
const optimizer = new Adam(model.parameters(), { lr: 1e-2 });
const x = tensor(new Float32Array(2 * 5 * 4), { shape: [2, 5, 4] });
await optimizer.minimize(crossEntropy(model.forward(x), tensor(Int32Array.of(0, 2))));
