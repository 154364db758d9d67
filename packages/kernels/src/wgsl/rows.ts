import { foldGrid, type Limits, type Plan, wgsl } from "../core";

/** Lanes that share a long row; each has four neighbouring elements of every 4·LANES. */
const LANES = 32;
const WORKGROUP = 64;

/** How rows of one array lie on the device: `lanes` invocations to a row. */
export interface RowPlan extends Plan {
  readonly workgroupSize: number;
  /** 1 for short rows, else 32: two codes in all. For rows of up to 128 elements both add in the same order. */
  readonly lanes: number;
  readonly rowsPerGroup: number;
  readonly widest: number;
}

/**
 * Spreads `rows` rows of `length` elements.
 * @param longestAlone rows of up to so many elements are left to one invocation each. Beyond 128 the two codes add in
 *   different orders, so only a row length that the model fixes, and no padding changes, may ask for more.
 */
export function rowPlan(rows: number, length: number, limits: Limits, longestAlone = 4 * LANES): RowPlan {
  const lanes = length <= longestAlone ? 1 : LANES;
  const rowsPerGroup = WORKGROUP / lanes;
  const groups = Math.ceil(rows / rowsPerGroup);
  return {
    workgroupSize: WORKGROUP,
    ...foldGrid(groups, limits),
    lanes,
    rowsPerGroup,
    widest: limits.maxComputeWorkgroupsPerDimension,
  };
}

/**
 * WGSL `rowSum` and `rowMax`: what all lanes of a row have, as one number known to each of them.
 *
 * Element i of a row always goes to slot i mod 128; the slots of one quad are a vec4f. A slot adds its elements in
 * order, then the 32 quads are added in order, then the four parts of the quad. A short row has one element a slot, so
 * a single invocation that walks it quad by quad does the very same additions. Zeros beyond a row's end therefore
 * change no bit, however many there are and whichever code runs. All invocations of a workgroup must call together.
 */
export function rowFunctions({ lanes, workgroupSize }: RowPlan): string {
  if (lanes === 1) {
    return wgsl`
    fn rowSum(own: vec4f, index: u32) -> f32 { return (own.x + own.y) + (own.z + own.w); }
    fn rowMax(own: vec4f, index: u32) -> f32 { return max(max(own.x, own.y), max(own.z, own.w)); }`;
  }
  const combine = (name: string, start: string, step: string, end: string): string => wgsl`
    fn ${name}(own: vec4f, index: u32) -> f32 {
      quads[index] = own;
      workgroupBarrier();
      let first = index - index % ${lanes}u;
      var all = vec4f(${start});
      for (var k = 0u; k < ${lanes}u; k++) { all = ${step}; }
      workgroupBarrier();
      return ${end};
    }`;
  return [
    `var<workgroup> quads: array<vec4f, ${workgroupSize}>;`,
    combine("rowSum", "0.0", "all + quads[first + k]", "(all.x + all.y) + (all.z + all.w)"),
    combine("rowMax", "LOWEST", "max(all, quads[first + k])", "max(max(all.x, all.y), max(all.z, all.w))"),
  ].join("\n");
}

/**
 * The start of a row kernel's main function: `row`, `lane`, `count` (its length, or 0 past the last row, whose lanes
 * only keep the others company at barriers) and `base`, the index of its first element.
 */
export function rowHead({ rowsPerGroup, lanes, widest }: RowPlan, rows: string, length: string): string {
  return wgsl`
      let row = (group.x + group.y * ${widest}u) * ${rowsPerGroup}u + index / ${lanes}u;
      let lane = index % ${lanes}u;
      let count = select(0u, ${length}, row < ${rows});
      let base = row * ${length};`;
}

/** A walk of one lane over its quads: \`i\` is the place in the row of the quad's first element. */
export function eachQuad({ lanes }: RowPlan, body: string): string {
  return wgsl`
      for (var i = lane * 4u; i < count; i += ${4 * lanes}u) {
        let inside = vec4u(i, i + 1u, i + 2u, i + 3u) < vec4u(count);
        ${body}
      }`;
}

/** Constants of row kernels: the lowest start of a maximum, and the value at or below which an element is masked. */
export const ROW_CONSTANTS = "const LOWEST: f32 = -3.4e38; const MASKED: f32 = -1e29;";

/** WGSL `load_NAME(base, i, count)`: four elements of a row; past its end the last one again. */
export function quadLoad(name: string): string {
  return wgsl`
    fn load_${name}(base: u32, i: u32, count: u32) -> vec4f {
      let last = count - 1u;
      return vec4f(${name}[base + i], ${name}[base + min(i + 1u, last)],
                   ${name}[base + min(i + 2u, last)], ${name}[base + min(i + 3u, last)]);
    }`;
}

/** WGSL `store_NAME(base, i, count, value)`: four elements of a row, none past its end. */
export function quadStore(name: string): string {
  return wgsl`
    fn store_${name}(base: u32, i: u32, count: u32, value: vec4f) {
      ${name}[base + i] = value.x;
      if (i + 1u < count) { ${name}[base + i + 1u] = value.y; }
      if (i + 2u < count) { ${name}[base + i + 2u] = value.z; }
      if (i + 3u < count) { ${name}[base + i + 3u] = value.w; }
    }`;
}
