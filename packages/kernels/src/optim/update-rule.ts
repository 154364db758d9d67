import {
  type Binding,
  defineKernel,
  type Kernel,
  optional,
  perCall,
  read,
  type ScalarType,
  update,
  wgsl,
} from "../core";
import { CLIP_SCALARS, CLIPPED, CLIPPING, SKIP_UNLESS_FINITE } from "./clip";
import { eachFour, fours, foursPlan } from "./fours";
import { REPORT_WORDS } from "./report";
import { ROW_OF, SETTINGS_BINDINGS, settingsOfFour } from "./settings";

/** What a rule keeps for each element of the parameters from update to update. */
export const slot = (): Binding & { readonly optional: false } => ({ ...update("vec4f", fours), optional: false });
export const optionalSlot = () => optional(update("vec4f", fours));

const DIMS = {
  n: perCall("words of the flat arrays"),
  P: perCall("parameters with settings of their own"),
  U: perCall("units that are clipped apart"),
};

const OPTIONS = {
  /** Weight decay: an L2 penalty in the gradient, g += weightDecay·p, or apart from it, p −= lr·weightDecay·p first. */
  decoupled: false,
};

const SCALARS = { lr: "f32", weightDecay: "f32", ...CLIP_SCALARS } as const;

const BINDINGS = {
  parameters: update("vec4f", fours),
  gradients: read("vec4f", fours),
  ...SETTINGS_BINDINGS,
  report: read("u32", `${REPORT_WORDS}`),
};

interface RuleContext<S, O> {
  readonly options: O & typeof OPTIONS;
  readonly has: Readonly<Record<keyof S & string, boolean>>;
}

interface UpdateRule<S extends Record<string, Binding>, N extends Record<string, ScalarType>, O extends object> {
  readonly name: string;
  readonly slots: S;
  readonly scalars: N;
  readonly options: O;
  /** Of one element. */
  readonly flops: number;
  /**
   * WGSL for four elements at once. There are `p`, decayed already where decay is decoupled, and `g`, clipped and with
   * the penalty where it is not; `lr` and `weightDecay`; and of each slot, `old_SLOT` and `new_SLOT`. It changes `p` and
   * each `new_SLOT`.
   */
  readonly rule: (context: RuleContext<S, O>) => string;
}

/**
 * Defines the kernel of an update rule that works element by element over all parameters at once: one dispatch. The
 * frame around the rule is the same for all: a gradient that is not finite, as the report that `gradientNorm` wrote
 * tells, changes nothing; the gradient is clipped; learning rate and weight decay are the same for all parameters or,
 * with `settings`, those of the parameter at hand.
 */
export function defineUpdate<
  const S extends Record<string, Binding>,
  const N extends Record<string, ScalarType> = Record<never, never>,
  O extends object = Record<never, never>,
>({
  name,
  slots,
  scalars,
  options,
  flops,
  rule,
}: UpdateRule<S, N, O>): Kernel<typeof DIMS, typeof BINDINGS & S, O & typeof OPTIONS, typeof SCALARS & N> {
  const names = Object.keys(slots);
  const kernel = defineKernel({
    name,
    dims: DIMS,
    options: { ...OPTIONS, ...options },
    scalars: { ...SCALARS, ...scalars },
    bindings: { ...BINDINGS, ...slots },
    plan: ({ n }, limits) => foursPlan(n, limits),
    cost: ({ n }) => ({ flops: (flops + 4) * n, bytes: 4 * n * (3 + 2 * names.length) }),
    wgsl: (plan, { options: chosen, has }) => {
      const used = names.filter((each) => (has as Readonly<Record<string, boolean>>)[each]);
      const load = used.map((each) => `let old_${each} = ${each}[i]; var new_${each} = old_${each};`);
      const store = used.map((each) => `${each}[i] = select(old_${each}, new_${each}, within);`);
      return wgsl`
    ${has.settings ? ROW_OF : ""}
    ${eachFour(
      plan,
      `${settingsOfFour(has)}
        let before = parameters[i];
        var p = before;
        var g = ${CLIPPED};
        ${load.join("\n        ")}
        ${chosen.decoupled ? "p -= lr * weightDecay * p;" : "g += weightDecay * p;"}
        ${rule({ options: chosen, has })}
        ${store.join("\n        ")}
        parameters[i] = select(before, p, within);`,
      `${SKIP_UNLESS_FINITE}
      ${CLIPPING}`,
    )}`;
    },
  });
  return kernel;
}
