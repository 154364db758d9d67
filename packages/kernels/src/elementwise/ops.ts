import { opCode } from "./op-code";
import type { OpReference } from "./op-reference";
import { type ElementwiseOp, type OpTypes, typesOf } from "./op-types";
import { OP_REFERENCES } from "./ops.reference";

/** One operation on elements: its types, its WGSL, its value and its slopes in float64. */
export interface OpRule extends OpTypes, OpReference {
  readonly wgsl: (args: readonly string[]) => string;
}

/** All about an operation, for interpreters and for tests. */
export const opRule = (op: ElementwiseOp): OpRule => ({
  ...typesOf(op),
  wgsl: (names) => opCode(op, names),
  ...OP_REFERENCES[op],
});
