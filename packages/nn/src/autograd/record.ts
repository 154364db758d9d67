import type { Tensor } from "../tensor/tensor";

type TensorRecord = Readonly<Record<string, Tensor | undefined>>;

/** Gradients of what a record gave, by name; an output that nothing depends on has none. */
export type OutputGradients = TensorRecord;

/** One of several records that have an input in common, and the gradients of what it gave. */
export interface SharedUse {
  readonly record: OpRecord;
  readonly dOutputs: OutputGradients;
}

/** How an operation makes, of many records at once, the gradients of inputs that they all have in common. */
export interface SharedBackward {
  /** Names of such inputs: a weight that all steps of a sequence are multiplied by, say. */
  readonly inputs: readonly string[];
  /** Records with the same inputs can be taken together where their keys are equal; one without a key with none. */
  readonly key: (record: OpRecord) => string | undefined;
  readonly backward: (uses: readonly SharedUse[], needs: ReadonlySet<string>) => OutputGradients;
}

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
  /** Records its outputs once more, in operations that other programs know; nothing where it is one itself. */
  readonly plain?: () => TensorRecord | undefined;
  /** What it saved, and a way to call it again with other inputs: for looking into it. */
  readonly repeat?: {
    readonly saved: unknown;
    readonly call: (inputs: TensorRecord, attributes: object) => TensorRecord;
  };
  /** The loop over steps that it stands for, if it is one whose steps are alike: for looking into it. */
  readonly loop?: RecordedLoop | undefined;
  /**
   * Gradients of the inputs named in `needs` from those of the outputs. An output that nothing depends on has none.
   * @throws UnsupportedError if the operation has no derivative
   */
  readonly backward: (dOutputs: OutputGradients, needs: ReadonlySet<string>) => TensorRecord;
  /** Absent where the operation gains nothing by that. */
  readonly shared?: SharedBackward | undefined;
}

/** A loop over steps, and a way to go through it again. */
export interface RecordedLoop {
  /** Whose loop it is. */
  readonly owner: object;
  readonly reverse: boolean;
  /** Which steps are not padding [B, T]; all where absent. */
  readonly active: Tensor | undefined;
  /** What it gave: [B, T, …] of all steps, then the last states. */
  readonly outputs: readonly Tensor[];
  /** The same outputs again, the states as each step gives them, and as they are passed on: of each other independent. */
  readonly repeat: () => {
    readonly outputs: readonly Tensor[];
    readonly states: readonly TensorRecord[];
    readonly passed: readonly TensorRecord[];
  };
}
