import { type DimValues, type FlatPlan, flatPlan, type Limits, wgsl } from "../core";

/**
 * The flat arrays of an update are read four words at a time, about twice as fast on adapters that
 * check each access. So they have room for a multiple of four words; what lies past the n-th is neither used nor changed.
 */
export function fours({ n = 0 }: DimValues): number[] {
  return [Math.ceil(n / 4)];
}

/** Fours that an invocation updates: what is the same for all of them, the clipping above all, is computed once. */
const EACH = 4;

/** A grid for `n` words, `EACH` fours to an invocation. */
export const foursPlan = (n: number, limits: Limits): FlatPlan => flatPlan(Math.ceil(n / (4 * EACH)), limits);

/**
 * WGSL of a kernel that runs `before` once in each invocation, whose number is `invocation`, and then `body` for its fours
 * `i`; neighbouring lanes have neighbouring fours. `within` says which of the four words lie within the n.
 */
export const eachFour = ({ workgroupSize, width }: FlatPlan, body: string, before = ""): string => wgsl`
    @compute @workgroup_size(${workgroupSize})
    fn main(@builtin(global_invocation_id) id: vec3u) {
      let invocation = id.x + id.y * ${width}u;
      ${before}
      let first = invocation / ${workgroupSize}u * ${EACH * workgroupSize}u + invocation % ${workgroupSize}u;
      for (var k = 0u; k < ${EACH}u && 4u * (first + k * ${workgroupSize}u) < dims.n; k++) {
        let i = first + k * ${workgroupSize}u;
        let within = 4u * i + vec4u(0u, 1u, 2u, 3u) < vec4u(dims.n);
        ${body}
      }
    }`;
