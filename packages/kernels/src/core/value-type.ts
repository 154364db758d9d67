import type { ScalarType } from "./define-kernel";

/** An option of kernels that compare or add numbers of any type. */
export interface ValueOptions {
  readonly type: ScalarType;
}

/** The type that the option `type` names. */
export function valueType({ type }: { readonly type?: unknown }): ScalarType {
  return type === "i32" || type === "u32" ? type : "f32";
}

/** WGSL of the least and the greatest number of a type. */
export const ENDS: Readonly<Record<ScalarType, { readonly least: string; readonly greatest: string }>> = {
  f32: { least: "-3.4028234e38", greatest: "3.4028234e38" },
  i32: { least: "i32(-2147483648)", greatest: "2147483647i" },
  u32: { least: "0u", greatest: "4294967295u" },
};
