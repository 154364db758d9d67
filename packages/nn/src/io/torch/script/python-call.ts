import type { Tensor } from "../../../tensor/tensor";

export const WHERE = "toPyTorch";

/** What an operation is called with: names of its inputs, its attributes, a shape in Python for one of ours. */
export interface PythonCall {
  readonly input: (name: string) => string;
  /** All inputs in their order. */
  readonly inputs: () => readonly string[];
  readonly has: (name: string) => boolean;
  readonly attributes: Readonly<Record<string, unknown>>;
  /** The same of every trace. */
  readonly traces: readonly Readonly<Record<string, unknown>>[];
  /** An input, as the first trace has it. */
  readonly tensor: (name: string) => Tensor;
  /** What it gives, as the first trace has it. */
  readonly result: Tensor;
  /** An attribute that depends on the extents of the inputs, in Python. */
  readonly extent: (attribute: string) => string;
  /** The shape of the output, in Python. */
  readonly shape: () => string;
  readonly keepsRank: boolean;
  readonly output: string;
}

/** Writes an operation. */
export type Python = (call: PythonCall) => string;
