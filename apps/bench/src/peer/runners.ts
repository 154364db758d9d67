import { Adam, evaluate, type Parameter, reshape, slice, type Tensor } from "@unroll/nn";

/** A step under way. */
export interface Handle {
  /** The one number that is read back: a forward pass's last element, a training step's loss. */
  readonly value: Tensor;
  /** All that a forward pass makes, the result that the harness checks first. */
  readonly results: readonly Tensor[];
  readonly submitted: Promise<void>;
}

/** What the harness drives: `run` enqueues one step, `sync` waits for it and reads one number back. */
export interface Runner {
  run(): Handle;
  sync(handle: Handle): Promise<number>;
  output(handle: Handle): Promise<Float32Array>;
  free(handle: Handle): void;
}

/**
 * A forward pass whose last element is computed in the same submission, to be read back.
 * @param build records the pass; the last element is that of its first tensor
 */
export function forwardRunner(build: () => readonly [Tensor, ...Tensor[]]): Runner {
  return runner(() => {
    const results = build();
    const [first] = results;
    const value = slice(reshape(first, [first.size]), 0, first.size - 1);
    return { results, value, submitted: evaluate([...results, value]) };
  });
}

/** A training step of a model: forward, backward and Adam's update, as the harness's other adapters do it. */
export function stepRunner(parameters: Parameter[], lossOf: () => Tensor): Runner {
  const optimizer = new Adam(parameters, { lr: 1e-3, beta1: 0.9, beta2: 0.999, eps: 1e-7 });
  return runner(() => {
    const value = lossOf();
    return { results: [], value, submitted: optimizer.minimize(value) };
  });
}

function runner(run: () => Handle): Runner {
  return {
    run,
    async sync({ value, submitted }) {
      await submitted;
      return value.item();
    },
    async output({ results: [first] }) {
      return ((await first?.data()) ?? new Float32Array()) as Float32Array;
    },
    free({ results, value }) {
      for (const tensor of [...results, value]) tensor.dispose();
    },
  };
}
