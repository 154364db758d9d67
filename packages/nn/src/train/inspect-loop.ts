import { grad } from "../autograd/grad";
import type { OpRecord, RecordedLoop } from "../autograd/record";
import { Cell } from "../modules/cells/cell";
import { add, mul, zeros } from "../ops/arithmetic";
import { concat } from "../ops/concat";
import { cast, detach, sqrt, square } from "../ops/elementwise";
import { sum } from "../ops/reduce";
import { reshape } from "../ops/reshape";
import { isFloat } from "../tensor/dtype";
import type { Tensor } from "../tensor/tensor";
import type { LayerSteps } from "./inspect-steps";

/** A loop of a cell over its steps, as `Recurrent` records it. */
export interface CellLoop extends RecordedLoop {
  readonly owner: Cell;
}

/** The loop of a cell that an operation stands for. */
export function cellLoopOf({ loop }: OpRecord): CellLoop | undefined {
  return loop?.owner instanceof Cell ? (loop as CellLoop) : undefined;
}

/** Those of its outputs that a loss may have a gradient of. */
export const endsOf = ({ outputs }: CellLoop): Tensor[] => outputs.filter(({ dtype }) => isFloat(dtype));

/**
 * The loop again. The gradient of S = Σ ⟨∂L/∂out, out⟩ over what it gives, the first factors constants, with respect to a
 * state after step t is that of L on all ways, but of c on that through the steps after it, as of scans: a row past its end
 * has none.
 * @param gradients of the loop's outputs
 */
export function stepsOfLoop(loop: CellLoop, gradients: ReadonlyMap<Tensor, Tensor>): LayerSteps {
  const { owner, reverse, active } = loop;
  const { outputs, states, passed } = loop.repeat();
  const y = outputs[0] as Tensor;
  const [B = 0, T = 0] = y.shape;
  const terms = loop.outputs.flatMap((output, k) => {
    const reached = gradients.get(output);
    return reached ? [sum(mul(cast(outputs[k] as Tensor, "f32"), cast(detach(reached), "f32")))] : [];
  });
  const surrogate = terms.reduce((a, b) => add(a, b));
  const normsOf = (names: readonly string[], all: typeof states): Tensor => {
    const of = all.map((state) =>
      names.flatMap((name) => (isFloat((state[name] as Tensor).dtype) ? [state[name] as Tensor] : [])),
    );
    const reaching = grad(surrogate, of.flat());
    const norms = of.map(({ length }) => {
      const squares = reaching.splice(0, length).map((each) => sum(square(cast(each, "f32"))));
      return reshape(sqrt(squares.reduce((a, b) => add(a, b), zeros([]))), [1]);
    });
    return concat(norms, 0);
  };
  const hasMemory = "c" in owner.stateShapes;
  const direction = {
    direction: reverse ? ("reverse" as const) : ("forward" as const),
    norms: normsOf(
      owner.units.filter((name) => name !== "c"),
      states,
    ),
    cellNorms: hasMemory ? normsOf(["c"], passed) : undefined,
    outputs: cast(y, "f32"),
    saved: undefined,
    gates: [],
    active: active && cast(active, "f32"),
    present: { rows: B, isStep: () => true },
  };
  const { norms, cellNorms, outputs: all, active: mask } = direction;
  const tensors = [norms, cellNorms, all, mask].filter((each) => each !== undefined);
  return { cell: owner.constructor.name, T, directions: [direction], tensors };
}
