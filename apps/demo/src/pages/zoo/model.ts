import {
  Adam,
  ClockworkCell,
  type Generator,
  GRU,
  IRNN,
  JordanCell,
  Linear,
  LSTM,
  Module,
  mul,
  Recurrent,
  RNN,
  SCRNCell,
  type Tensor,
  tensor,
} from "@unroll/nn";
import type { Round } from "./round";
import type { Task } from "./tasks";

type Layer = Module & { readonly outputSize: number; forward(x: Tensor): { output: Tensor } };
type MakeLayer = (inputs: number, units: number, rng: Generator) => Layer;

export const LAYERS: Readonly<Record<string, MakeLayer>> = {
  Elman: (inputs, units, rng) => new RNN(inputs, units, { rng }),
  Jordan: (inputs, units, rng) => new Recurrent(new JordanCell(inputs, units, units, { decay: 0.5, rng })),
  IRNN: (inputs, units, rng) => new IRNN(inputs, units, { rng }),
  Clockwork: (inputs, units, rng) => new Recurrent(new ClockworkCell(inputs, units, [1, 2, 4, 8], { rng })),
  SCRN: (inputs, units, rng) => new Recurrent(new SCRNCell(inputs, units / 2, units / 2, { rng })),
  GRU: (inputs, units, rng) => new GRU(inputs, units, { rng }),
  LSTM: (inputs, units, rng) => new LSTM(inputs, units, { rng }),
  "LSTM with peepholes": (inputs, units, rng) => new LSTM(inputs, units, { peepholes: true, rng }),
  "Bidirectional LSTM": (inputs, units, rng) => new LSTM(inputs, units / 2, { direction: "bidirectional", rng }),
  "Deep LSTM": (inputs, units, rng) => new LSTM(inputs, units, { layers: 2, rng }),
};

/** One of the field: a recurrent layer, and a linear one at each step. */
export class Racer extends Module {
  readonly layer: Layer;
  readonly out: Linear;

  constructor(
    readonly name: string,
    { inputs, outputs }: Task,
    options: { units: number; rng: Generator },
  ) {
    super();
    const make = LAYERS[name] ?? LAYERS.Elman;
    this.layer = (make as MakeLayer)(inputs, options.units, options.rng);
    this.out = new Linear(this.layer.outputSize, outputs, { rng: options.rng });
  }

  /** @param x [B, T, inputs] @returns [B, T, outputs] */
  forward(x: Tensor): Tensor {
    return this.out.forward(this.layer.forward(x).output);
  }
}

/** All that run. */
export class Field extends Module {
  constructor(readonly racers: readonly Racer[]) {
    super();
  }
}

/**
 * @param told hears each racer's loss, and how many milliseconds its forward and backward pass took
 * @returns one training step of the racer whose turn it is; it answers with the mean of all racers' last losses
 */
export function trainer(
  { racers }: Field,
  task: Task,
  { lr, round, told }: { lr: number; round: Round; told(racer: number, loss: number, took: number): number },
) {
  const groups = racers.map((racer) => ({ name: racer.name, parameters: racer.parameters(), clipNorm: 1 }));
  const optimizer = new Adam(groups, { lr, clipScope: "group" });
  const step = async (): Promise<Tensor> => {
    const turn = optimizer.accumulated;
    const examples = round.examplesOf(turn); // the same ones for all
    const began = performance.now();
    const output = (racers[turn] as Racer).forward(tensor(examples.x, { shape: examples.shape }));
    const loss = task.loss(output, examples);
    await optimizer.accumulate(mul(loss, racers.length), { evaluate: [loss] }); // an update takes the mean of all
    const mean = told(turn, await loss.item(), performance.now() - began);
    loss.dispose();
    // no parameter is shared: each racer goes by its own gradient
    if (turn === racers.length - 1) await optimizer.step();
    return tensor(mean);
  };
  return { optimizer, step };
}
