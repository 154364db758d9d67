import type { Tensor } from "@unroll/nn";
import type { GoldenTensor } from "@unroll/testing";

/** What a call of a Keras layer gives, by the names that `select` uses. */
export type KerasOutputs = {
  readonly tensors: Readonly<Record<string, Tensor>>;
  /** `state[k]`, or `state[cell][k]` in a stack of cells. */
  readonly states: readonly (Tensor | readonly Tensor[])[];
};

export type KerasCall = { readonly mask: GoldenTensor | undefined; readonly initialState: Tensor[] | undefined };

/** A Keras layer with its weights. */
export type KerasLayer = {
  /** Names of the inputs it takes. */
  readonly inputs: readonly string[];
  readonly call: (x: Tensor, call: KerasCall) => KerasOutputs;
  readonly resetState: () => void;
};
