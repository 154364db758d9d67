import type { AdapterFacts } from "./adapter";
import type { AnyKernel, DimValues } from "./define-kernel";
import type { Limits } from "./limits";

/** What is known of a device when a kernel is chosen. */
export interface DeviceFacts {
  readonly adapter: AdapterFacts;
  readonly limits: Limits;
  readonly features: ReadonlySet<string>;
}

/** One call, as whoever chooses a kernel for it sees it. */
export interface VariantFacts {
  readonly dims: DimValues;
  /** The kernel's options, defaults filled in. */
  readonly options: object;
  /** Which bindings the call has. */
  readonly has: Readonly<Record<string, boolean>>;
}

/**
 * A kernel that may run in place of another: it has the same dims, options and scalars, and the same bindings by name
 * and byte size. It gives the same bits: every sum adds the same terms in the same order, with `fma` where the other
 * has `fma`. So which one runs may follow from a measurement, and no result ever depends on one.
 */
export interface Variant {
  readonly kernel: AnyKernel;
  /** What it is good at, as `explain` prints it. */
  readonly why: string;
  /**
   * How fast it is expected to be on such a device, in a unit that all variants of a kernel share, the kernel's own
   * speed being 1. 0 where it cannot run. It decides until something was measured.
   */
  readonly speed: (call: VariantFacts, device: DeviceFacts) => number;
}

/** A kernel with others that may stand in for it. */
export type VariedKernel<K extends AnyKernel = AnyKernel> = K & { readonly variants: readonly Variant[] };

/** `plain` together with its variants; whoever does not know of variants runs `plain` itself. */
export function withVariants<K extends AnyKernel>(plain: K, variants: readonly Variant[]): VariedKernel<K> {
  return { ...plain, variants };
}

/** A kernel that could run a call, and what speaks for it. */
export interface Candidate {
  readonly kernel: AnyKernel;
  readonly why: string;
  readonly speed: number;
}

/** All kernels that could run a call on a device, the one expected to be fastest first. */
export function candidates(kernel: AnyKernel, call: VariantFacts, device: DeviceFacts): readonly Candidate[] {
  const plain = { kernel, why: "the plain kernel", speed: 1 };
  const others = "variants" in kernel ? (kernel as VariedKernel).variants : [];
  const able = others
    .map((variant) => ({ kernel: variant.kernel, why: variant.why, speed: variant.speed(call, device) }))
    .filter((candidate) => candidate.speed > 0);
  return [plain, ...able].sort((a, b) => b.speed - a.speed);
}
