import type { Tensor } from "../tensor/tensor";

type TensorRecord = Readonly<Record<string, Tensor | undefined>>;

/** What one differentiable operation leaves behind for its backward. */
export interface OpRecord {
  readonly name: string;
  /** When it was recorded, by `clock`. */
  readonly born: number;
  /** Inputs by name; absent ones are left out. */
  readonly inputs: Readonly<Record<string, Tensor>>;
  /** Outputs by name. */
  readonly outputs: Readonly<Record<string, Tensor>>;
  /** What it was called with, and a way to call it again with other inputs: for looking into it. */
  readonly repeat?: {
    readonly attributes: object;
    readonly saved: unknown;
    readonly call: (inputs: Readonly<Record<string, Tensor | undefined>>, attributes: object) => TensorRecord;
  };
  /**
   * Gradients of the inputs named in `needs` from those of the outputs. An output that nothing depends on has none.
   * @throws UnsupportedError if the operation has no derivative
   */
  readonly backward: (
    dOutputs: Readonly<Record<string, Tensor | undefined>>,
    needs: ReadonlySet<string>,
  ) => Readonly<Record<string, Tensor | undefined>>;
}
