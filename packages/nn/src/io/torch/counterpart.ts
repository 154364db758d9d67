import type { Module } from "../../modules/module";
import type { AttentionSizes } from "./attention";

/** What a module of another package says of itself, for PyTorch's state dicts. */
export interface TorchCounterpart {
  /** PyTorch's names of its fields, where they are others. */
  readonly torchNames?: Readonly<Record<string, string>>;
  /**
   * Where it is PyTorch's MultiheadAttention: with which sizes. Its parts are Linear modules named query, key, value and
   * output. It throws an UnsupportedError where it is more than that one can be.
   */
  readonly attentionSizes?: AttentionSizes;
  /**
   * Whether its own parameters and buffers, those of its parts aside, are nn.Parameters and buffers of the same names,
   * shapes and order of elements there: where PyTorch has no class, or one that keeps them so, as nn.Embedding does.
   */
  readonly hasTorchParameters?: boolean;
  /**
   * Linear parts without a bias that make more of the input product of a recurrent layer, each with the path of that
   * layer: { context: "stack.layers.0" }. PyTorch's layer reads all its inputs side by side, W·[x; c] = W_x·x + W_c·c, so
   * there the weights are further columns of `weight_ih_l0`, in this order.
   */
  readonly torchInputs?: Readonly<Record<string, string>>;
}

/** A module with what it may say of itself. */
export const counterpart = (module: Module): Module & TorchCounterpart => module;

/** The path at which PyTorch has each part of a model, by its path here. */
export function torchPaths(modules: ReadonlyMap<string, Module>): Map<string, string> {
  const translate = (path: string): string => {
    const fields = path.split(".");
    return fields
      .map((field, depth) => {
        const owner = modules.get(fields.slice(0, depth).join("."));
        return (owner && counterpart(owner).torchNames?.[field]) ?? field;
      })
      .join(".");
  };
  return new Map([...modules.keys()].map((path) => [path, translate(path)]));
}
