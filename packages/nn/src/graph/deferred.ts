import { UnsupportedError } from "@unroll/kernels";
import type { OpRecord, RecordedLoop } from "../autograd/record";
import { clock } from "../tensor/clock";
import type { DType } from "../tensor/dtype";
import type { Shape } from "../tensor/shape";
import { Tensor } from "../tensor/tensor";
import type { DeferredNode } from "./node";
import { view } from "./run";

/** A part of a graph, and what of it is known before it is recorded. */
export interface Deferral extends Pick<DeferredNode, "inputs" | "scalars" | "hasHalves" | "loop"> {
  /** Records the part and gives what its outputs stand for. */
  readonly expand: () => readonly Tensor[];
  /** Equal for parts that record the same operations over inputs and numbers in the same order. */
  readonly signature: string;
  readonly outputs: readonly { readonly shape: Shape; readonly dtype: DType }[];
  /** The loop that it is, for whoever looks into it. */
  readonly looked: Omit<RecordedLoop, "outputs">;
}

/** Stands for a part of a graph that is recorded only where it has to be looked into. Returns its outputs. */
export function defer({ outputs: facts, expand, looked, ...part }: Deferral): Tensor[] {
  const outputs: Tensor[] = [];
  const loop: RecordedLoop = { ...looked, outputs };
  const node: DeferredNode = {
    kind: "deferred",
    ...part,
    outputs,
    born: clock.now,
    settle() {
      for (const [k, made] of expand().entries()) standFor(outputs[k] as Tensor, made, { born: node.born, loop });
    },
  };
  for (const { shape, dtype } of facts) outputs.push(new Tensor(node, shape, dtype));
  const record: OpRecord = {
    name: "deferred",
    born: node.born,
    inputs: Object.fromEntries(part.inputs.entries()),
    outputs: Object.fromEntries(outputs.entries()),
    attributes: {},
    loop,
    backward() {
      throw new UnsupportedError({
        where: "grad",
        what: "a part of the graph was differentiated before it was recorded",
      });
    },
  };
  for (const output of outputs) output.origin = record;
  return outputs;
}

/** Makes a tensor a view of another, through which gradients flow. */
function standFor(output: Tensor, made: Tensor, of: Pick<OpRecord, "born" | "loop">): void {
  output.node = view(made, made.shape).node;
  output.origin = {
    name: "deferred",
    ...of,
    inputs: { made },
    outputs: { output },
    attributes: {},
    backward: ({ output: d }) => ({ made: d }),
  };
}
