import { expectGroupsOf, groupNorm } from "../ops/group-norm";
import { expectEpsilon } from "../ops/options";
import { expectKnown } from "../tensor/known-options";
import { type Parameter, parameter } from "../tensor/parameter";
import { expectShape } from "../tensor/shape";
import type { Tensor } from "../tensor/tensor";
import { constant } from "./init";
import { Module } from "./module";
import { expectExtent } from "./options";

export interface GroupNormModuleOptions {
  /** 1e-5 by default. */
  epsilon?: number;
  /** Whether there are γ and β. */
  affine?: boolean;
}

/** Normalises groups of channels, image by image: see `groupNorm`. */
export class GroupNorm extends Module {
  readonly groups: number;
  readonly channels: number; // C
  readonly epsilon: number;
  readonly weight: Parameter | null; // γ [C], ones at first
  readonly bias: Parameter | null; //   β [C], zeros at first

  /**
   * @throws ValueError if a number is not a positive whole one, or `epsilon` is negative or not finite
   * @throws ShapeError if the groups do not divide the channels
   */
  constructor(groups: number, channels: number, options: GroupNormModuleOptions = {}) {
    super();
    const { epsilon = 1e-5, affine = true } = expectKnown("GroupNorm", options, ["epsilon", "affine"]);
    this.channels = expectExtent("GroupNorm", { channels });
    expectGroupsOf("GroupNorm", channels, groups);
    this.groups = groups;
    this.epsilon = expectEpsilon("GroupNorm", { epsilon });
    this.weight = affine ? parameter(constant([channels], 1)) : null;
    this.bias = affine ? parameter(constant([channels], 0)) : null;
  }

  /**
   * @param x [N, C, ...]
   * @throws ShapeError if the second axis is not C
   */
  forward(x: Tensor): Tensor {
    const { groups, channels, weight, bias, epsilon } = this;
    expectShape("GroupNorm.forward", { x }, ["N", channels, ...x.shape.slice(2)]);
    return groupNorm(this.inPrecision(x), groups, { weight: weight ?? undefined, bias: bias ?? undefined, epsilon });
  }
}

/** Normalises each channel of each image by itself; without γ and β unless asked for, as PyTorch's. */
export class InstanceNorm extends GroupNorm {
  /** @throws ValueError if `channels` is not a positive whole number, or `epsilon` is negative or not finite */
  constructor(channels: number, options: GroupNormModuleOptions = {}) {
    const { epsilon = 1e-5, affine = false } = expectKnown("InstanceNorm", options, ["epsilon", "affine"]);
    super(channels, channels, { epsilon, affine });
  }

  override forward(x: Tensor): Tensor {
    expectShape("InstanceNorm.forward", { x }, ["N", this.channels, ...x.shape.slice(2)]);
    return super.forward(x);
  }
}
