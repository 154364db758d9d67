import { Adam, AdamW, parameter, SGD } from "@unroll/nn";
import { expect, test } from "vitest";
import { Fields } from "../../fields";
import { optimizerOf } from "./rule";

const make = (name: string, optimizer: string, update_rule: string, config: object) =>
  optimizerOf(new Fields("case", { name, optimizer, update_rule, config }))([
    parameter({ data: new Float32Array(1), shape: [1] }),
  ]);

test("Keras: ε beside the uncorrected second moment, weight decay apart from the gradient", () => {
  const made = make("keras_adam", "Adam", "", { learning_rate: 0.5, beta_1: 0.8, epsilon: 1e-7, weight_decay: 0.004 });
  expect(made).toBeInstanceOf(AdamW);
  expect(made).toMatchObject({ lr: 0.5, beta1: 0.8, beta2: 0.999, eps: 1e-7, weightDecay: 0.004, epsilon: "keras" });
});

test("PyTorch: ε beside the corrected one, weight decay in the gradient except in AdamW", () => {
  const config = { lr: 0.01, betas: [0.9, 0.99], weight_decay: 0.5, amsgrad: true };
  const adam = make("torch_adam", "Adam", "", config);
  expect(adam).toBeInstanceOf(Adam);
  expect(adam).not.toBeInstanceOf(AdamW);
  expect(adam).toMatchObject({ beta2: 0.99, eps: 1e-8, weightDecay: 0.5, amsgrad: true, epsilon: "torch" });
  expect(make("torch_adamw", "AdamW", "", config)).toBeInstanceOf(AdamW);
});

test("momentum, dampening, Nesterov and clipping reach SGD", () => {
  const made = make("torch_sgd", "Momentum", "", { lr: 1, momentum: 0.9, dampening: 0.1, nesterov: true, clipnorm: 2 });
  expect(made).toBeInstanceOf(SGD);
  const options = { momentum: 0.9, dampening: 0.1, nesterov: true, clipNorm: 2, clipScope: "parameter", clipValue: 0 };
  expect(made).toMatchObject(options);
});

test("Keras: decay apart from the gradient, the rate within the velocity, ε under the root", () => {
  const made = make("keras_sgd", "SGD", "", { learning_rate: 1, momentum: 0.9, weight_decay: 0.1 });
  expect(made).toMatchObject({ decay: "decoupled", weightDecay: 0.1, velocity: "steps" });
  expect(make("keras_rmsprop", "RMSprop", "", { learning_rate: 1, rho: 0.8 })).toMatchObject({
    rho: 0.8,
    epsilon: "keras",
  });
  expect(make("keras_adagrad", "Adagrad", "", { learning_rate: 1 })).toMatchObject({ initial: 0.1, epsilon: "keras" });
  expect(make("torch_adagrad", "Adagrad", "", { lr: 1 })).toMatchObject({ initial: 0, eps: 1e-10, epsilon: "torch" });
});

test.each([
  { name: "keras_sgd", config: { learning_rate: 1, use_ema: true }, reason: "use_ema not known" },
  { name: "torch_adadelta", config: { lr: 1, decay: 0.5 }, reason: "decay not known" },
])("$reason is not passed over", ({ name, config, reason }) => {
  expect(() => make(name, name.endsWith("sgd") ? "SGD" : "Adadelta", "", config)).toThrow(reason);
});
