import type { Tensor } from "../tensor/tensor";

/** What one differentiable operation leaves behind for its backward, and for those who read the graph. */
export interface OpRecord {
  readonly name: string;
  /** When it was recorded, by `clock`. */
  readonly born: number;
  /** What it was told beside its inputs. */
  readonly attributes: object;
  /** Inputs by name; absent ones are left out. */
  readonly inputs: Readonly<Record<string, Tensor>>;
  /** Outputs by name. */
  readonly outputs: Readonly<Record<string, Tensor>>;
  /**
   * Gradients of the inputs named in `needs` from those of the outputs. An output that nothing depends on has none.
   * @throws UnsupportedError if the operation has no derivative
   */
  readonly backward: (
    dOutputs: Readonly<Record<string, Tensor | undefined>>,
    needs: ReadonlySet<string>,
  ) => Readonly<Record<string, Tensor | undefined>>;
}
