import { type AnyKernel, type DeviceFacts, type VariantFacts, type VariedKernel, withVariants } from "../core";
import type { Phases } from "./phases";
import { BARRIERS } from "./phases-barriers";
import { lanePhases } from "./phases-lanes";

/**
 * A kernel with its variants for devices whose subgroups have one known size: there a subgroup is a workgroup, and its
 * lanes read from one another. A software adapter's barrier costs more than a phase's work, and an invocation of its is one
 * lane of a processor's vector. A step of Bahdanau's decoder, 16 rows of 20 positions, 128 units and sums of 384 features, took
 * lavapipe on two busy cores 0.75 ms with barriers and 0.23 so, its gradient 0.58 and 0.24.
 */
export function withLanes<K extends AnyKernel>(define: (phases: Phases) => K): VariedKernel<K> {
  return withVariants(
    define(BARRIERS),
    ([4, 8] as const).map((lanes) => ({
      kernel: define(lanePhases(lanes)),
      why: `${lanes} lanes read from one another: no barrier`,
      speed: (_: VariantFacts, { adapter, features }: DeviceFacts) => {
        const isOneSize = adapter.subgroupMinSize === lanes && adapter.subgroupMaxSize === lanes;
        return adapter.isSoftware && isOneSize && features.has("subgroups") ? 5 : 0;
      },
    })),
  );
}
