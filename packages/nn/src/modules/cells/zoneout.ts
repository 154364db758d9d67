import { ValueError } from "@unroll/kernels";
import { add, greater, mul, ones, where } from "../../ops/arithmetic";
import { dropout } from "../../ops/dropout";
import { expectProbability } from "../../ops/options";
import { type Generator, sharedGenerator } from "../../random/generator";
import { expectKnown } from "../../tensor/known-options";
import { Tensor } from "../../tensor/tensor";
import { Cell, type CellState, type StepInput, type StepResult } from "./cell";

/** Probability that a unit keeps its value at a step: one for all states that hold units, or one for each by name. */
export type ZoneoutRates<S extends CellState> = number | { readonly [N in keyof S]?: number };

type Inputs = { readonly [name: string]: Tensor };

/**
 * Zoneout over any cell (Krueger et al. 2017, "Zoneout: regularizing RNNs by randomly preserving hidden activations"):
 * at each step, each unit of a state keeps with probability p the value that it had,
 *   s_t = m_t·s_{t−1} + (1 − m_t)·s̃_t with m_t ~ Bernoulli(p) while training, s_t = p·s_{t−1} + (1 − p)·s̃_t after `eval()`
 * where s̃_t is what the cell makes. Where the cell's output is one of its states, it is what became of that one.
 */
export class Zoneout<S extends CellState> extends Cell<S, Inputs> {
  readonly cell: Cell<S, StepInput>;
  readonly rates: { readonly [name: string]: number };
  readonly rng: Generator;

  /** @throws ValueError unless each rate lies in [0, 1) and is that of a state of the cell that holds units */
  constructor(cell: Cell<S, StepInput>, rates: ZoneoutRates<S>, options: { rng?: Generator } = {}) {
    const { rng = sharedGenerator() } = expectKnown("Zoneout", options, ["rng"]);
    const { inputShape, outputShape, stateShapes, units, channelAxis } = cell;
    // The names of the cell's states are those of S.
    const states = stateShapes as { readonly [N in keyof S]: readonly number[] };
    super({ inputSize: inputShape, outputSize: outputShape, states, units, channelAxis });
    this.cell = cell;
    this.rates = Object.fromEntries(namedRates(units, rates).filter(([, rate]) => rate > 0));
    this.rng = rng;
  }

  /** Beside what the cell prepares, which units keep their value at which steps: drawn for all steps at once. */
  override prepare(x: Tensor): Inputs {
    const inner = this.cell.prepare?.(x) ?? x;
    const inputs: Record<string, Tensor> = {};
    if (inner instanceof Tensor) inputs.x = inner;
    else for (const [name, value] of Object.entries(inner)) inputs[`x.${name}`] = value;
    if (!this.training) return inputs;
    const [B, T] = x.shape as [number, number];
    for (const [name, rate] of Object.entries(this.rates)) {
      inputs[`fresh.${name}`] = dropout(ones([B, T, ...(this.stateShapes[name] as number[])]), rate, {
        rng: this.rng,
      });
    }
    return inputs;
  }

  step(inputs: Inputs, state: S, seen: S): StepResult<S> {
    const { output, state: made } = this.cell.step(innerOf(inputs), state, seen);
    const next: Record<string, Tensor> = { ...made };
    let result = output;
    for (const [name, rate] of Object.entries(this.rates)) {
      const [old, fresh] = [state[name] as Tensor, made[name] as Tensor];
      const mask = inputs[`fresh.${name}`];
      next[name] = mask ? where(greater(mask, 0), fresh, old) : add(mul(fresh, 1 - rate), mul(old, rate));
      if (output === fresh) result = next[name];
    }
    return { output: result, state: next as S };
  }

  override finish(y: Tensor): Tensor {
    return this.cell.finish?.(y) ?? y;
  }
}

/** What the cell's own `prepare` gave. */
function innerOf(inputs: Inputs): StepInput {
  if (inputs.x) return inputs.x;
  const own = Object.entries(inputs).filter(([name]) => name.startsWith("x."));
  return Object.fromEntries(own.map(([name, value]) => [name.slice(2), value]));
}

function namedRates<S extends CellState>(units: readonly string[], rates: ZoneoutRates<S>): [string, number][] {
  const named =
    typeof rates === "number" ? units.map((name): [string, number] => [name, rates]) : Object.entries(rates);
  return named.map(([name, rate = 0]) => {
    if (!units.includes(name)) {
      throw new ValueError({
        where: "Zoneout",
        what: "a rate",
        expected: `that of one of the states ${units.join(", ")}`,
        received: `that of ${name}`,
      });
    }
    return [name, expectProbability("Zoneout", { [name]: rate })];
  });
}
