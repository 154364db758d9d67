import { type Binding, read, wgsl, write } from "../core";

/**
 * Options of kernels that read rows of features by fours: which rows are made of whole fours, so that an array of them
 * may be one of vec4f. Others are read element by element, with zeros past a row's end. Either way the same numbers are
 * added in the same order, so both forms give the same bits.
 */
export const WHOLE_FOURS = { keyFours: false, memoryFours: false };

/** Rows of features of queries and keys, A, or of the memory, D. */
type Features = "A" | "D";
const isWhole = (features: Features, options: Readonly<Record<string, unknown>>): boolean =>
  options[features === "A" ? "keyFours" : "memoryFours"] === true;

/** An array of rows, "B T A", by fours where its rows are whole fours; `outer` is what stands before the last extent. */
function rows(
  access: typeof read,
  outer: (dims: Readonly<Record<string, number>>) => number[],
  last: Features,
): Binding {
  return access(
    (options) => (isWhole(last, options) ? "vec4f" : "f32"),
    (dims, options) => {
      const extent = dims[last] ?? 0;
      return [...outer(dims), isWhole(last, options) ? extent / 4 : extent];
    },
  );
}

type Dims = Readonly<Record<string, number>>;
const ofQuery = ({ B = 0, T = 0 }: Dims): number[] => [B, T];
const ofMemory = ({ B = 0, S = 0 }: Dims): number[] => [B, S];
const ofVector = ({ F = 0 }: Dims): number[] => [1 + F];

/** Bindings of rows of features. */
export const readQuery = (last: Features): Binding => rows(read, ofQuery, last);
export const writeQuery = (last: Features): Binding => rows(write, ofQuery, last);
export const readMemory = (last: Features): Binding => rows(read, ofMemory, last);
export const writeMemory = (last: Features): Binding => rows(write, ofMemory, last);
export const readVector = (): Binding => rows(read, ofVector, "A");

/** Fours of a row, the last of which may be filled up with zeros. */
export const fours = (extent: number): number => Math.ceil(extent / 4);

/** WGSL `load_NAME(row, q)`: four q of a row of an array. */
export function loadFour(name: string, extent: number, isWholeFours: boolean): string {
  if (isWholeFours) return `fn load_${name}(row: u32, q: u32) -> vec4f { return ${name}[row * ${extent / 4}u + q]; }`;
  return wgsl`
    fn load_${name}(row: u32, q: u32) -> vec4f {
      let at = row * ${extent}u;
      let a = 4u * q + vec4u(0u, 1u, 2u, 3u);
      let c = min(a, vec4u(${extent - 1}u));
      let all = vec4f(${name}[at + c.x], ${name}[at + c.y], ${name}[at + c.z], ${name}[at + c.w]);
      return select(vec4f(0.0), all, a < vec4u(${extent}u));
    }`;
}

/** WGSL `store_NAME(row, q, value)`: four q of a row, nothing past the row's end. */
export function storeFour(name: string, extent: number, isWholeFours: boolean): string {
  if (isWholeFours) {
    return `fn store_${name}(row: u32, q: u32, value: vec4f) { ${name}[row * ${extent / 4}u + q] = value; }`;
  }
  const element = (k: number): string =>
    `if (a + ${k}u < ${extent}u) { ${name}[row * ${extent}u + a + ${k}u] = value[${k}]; }`;
  return wgsl`
    fn store_${name}(row: u32, q: u32, value: vec4f) {
      let a = 4u * q;
      ${[0, 1, 2, 3].map(element).join("\n      ")}
    }`;
}
