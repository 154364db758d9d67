import { Adam, evaluate, grad, type Parameter, type Tensor } from "@unroll/nn";
import type { Target } from "./target";

/** Evaluates what `build` records anew for each call, and frees it. */
export function evaluateTarget(build: () => readonly Tensor[]): Target {
  return {
    async submit(calls) {
      const submitted: Promise<void>[] = [];
      for (let call = 0; call < calls; call++) {
        const results = build();
        submitted.push(evaluate(results));
        for (const result of results) result.dispose(); // work already submitted still writes it
      }
      await Promise.all(submitted);
    },
  };
}

/** Gradients of what `lossOf` records with respect to `of`: forward and backward. */
export function gradientTarget(lossOf: () => Tensor, of: readonly Tensor[]): Target {
  return evaluateTarget(() => {
    const loss = lossOf();
    return [loss, ...grad(loss, of)];
  });
}

/** Training steps with Adam: forward, backward and update. */
export function stepTarget(lossOf: () => Tensor, parameters: readonly Parameter[]): Target {
  const optimizer = new Adam(parameters, { lr: 1e-3, eps: 1e-7 });
  return {
    async submit(calls) {
      const submitted: Promise<void>[] = [];
      for (let call = 0; call < calls; call++) {
        const loss = lossOf();
        submitted.push(optimizer.minimize(loss));
        loss.dispose();
      }
      await Promise.all(submitted);
    },
  };
}
