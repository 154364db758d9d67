import { Random } from "@unroll/data";
import { ValueError } from "@unroll/kernels";
import { tensor } from "@unroll/nn";
import { defineExperiment } from "../../experiment/experiment";
import { type Course, Logbook } from "./logbook";
import { Field, LAYERS, Racer, trainer } from "./model";
import { Round } from "./round";
import { settings } from "./settings";
import { makeTask } from "./tasks";

/** Another stream of the seed than that of the training data. */
const HELD_OUT = 1;
/** Examples of a round. */
const ROWS = 32;

const FIELDS = {
  "all ten": Object.keys(LAYERS),
  "simple cells": ["Elman", "Jordan", "IRNN", "Clockwork", "SCRN"],
  "gated cells": ["GRU", "LSTM", "LSTM with peepholes", "Bidirectional LSTM", "Deep LSTM"],
} as const;

/** A racer as it stands. */
export interface Standing extends Course {
  readonly name: string;
  readonly parameters: number;
}

export const experiment = defineExperiment({
  settings,
  create({ task: name, gap, field, units, lr }, { seed, rng, random }) {
    const task = makeTask(name, gap);
    const racers = FIELDS[field].map((racer) => new Racer(racer, task, { units: Number(units), rng }));
    const model = new Field(racers);
    const logbook = new Logbook(racers.length);
    const round = new Round(task, random, ROWS);
    const held = task.draw(new Random(seed, HELD_OUT), 64);

    /** What a racer gives for sequences [B, T, inputs]. */
    const outputOf = async (racer: Racer, x: Float32Array<ArrayBuffer>, shape: readonly number[]) => {
      const output = racer.forward(tensor(x, { shape }));
      const values = await output.data();
      output.dispose();
      return values;
    };

    return {
      model,
      ...trainer(model, task, { lr, round, told: (...turn) => logbook.note(...turn) }),
      /** That of the racer who leads. */
      async score() {
        for (const [at, racer] of racers.entries()) {
          if (!logbook.hasRun(at)) continue; // the first turns would wait for what is compiled for those after them
          logbook.noteScore(at, task.score(await outputOf(racer, held.x, held.shape), held));
        }
        return Math.max(0, ...logbook.courses.map(({ scores }) => scores.at(-1) ?? 0));
      },
      /** @param x one sequence [T, inputs] @returns it, and what each racer that has run gives for it, [T, outputs] */
      async ask(x: readonly number[]) {
        const shape = [1, x.length / task.inputs, task.inputs];
        expectSteps(x.length / task.inputs);
        const answers: { name: string; output: number[] }[] = [];
        for (const [at, racer] of racers.entries()) {
          if (!logbook.hasRun(at)) continue;
          answers.push({ name: racer.name, output: Array.from(await outputOf(racer, Float32Array.from(x), shape)) });
        }
        return { to: x, answers };
      },
      async picture(): Promise<Standing[]> {
        return racers.map((racer, at) => ({
          name: racer.name,
          parameters: racer.parameters().reduce((sum, { size }) => sum + size, 0),
          ...(logbook.courses[at] ?? { losses: [], scores: [], loss: null, took: null }),
        }));
      },
      notes: {
        take: () => ({ ...logbook.take(), round: round.take() }),
        restore(kept) {
          logbook.restore(kept);
          round.restore((kept as { readonly round?: unknown } | null)?.round);
        },
      },
      exported: {
        inputs: { x: { shape: ["batch", "time", task.inputs] } },
        forward: ({ x }) => x && Object.fromEntries(racers.map((racer) => [racer.name, racer.forward(x)])),
        to: ["onnx"],
      },
    };
  },
});

function expectSteps(steps: number): void {
  if (Number.isInteger(steps) && steps > 0) return;
  throw new ValueError({
    where: "zoo",
    what: "the sequence",
    expected: "of whole steps, at least one",
    received: String(steps),
  });
}
