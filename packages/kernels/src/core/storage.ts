import type { ElementType } from "./define-kernel";
import { ValueError } from "./errors";

/** An option of every kernel beside its own. */
export interface StorageOptions {
  /**
   * Names of bindings whose numbers are stored as f16. The kernel is written, and computes, in f32 all the same: each
   * load widens, each store rounds to the nearest half.
   */
  readonly halves?: readonly string[];
}

/** The half type that stores a type of f32 numbers. */
const HALVES: { readonly [T in ElementType]?: ElementType } = { f32: "f16", vec2f: "vec2h", vec4f: "vec4h" };

/** Whether a call stores the binding `name` in halves. */
export function isHalf(options: StorageOptions, name: string): boolean {
  return options.halves?.includes(name) === true;
}

/**
 * The type that a binding's array has in memory: `type`, or the half type that stands for it. A type of halves stands
 * for itself, as in kernels that move numbers without looking at them.
 * @throws ValueError if it holds whole numbers
 */
export function storedType(where: string, name: string, type: ElementType, options: StorageOptions): ElementType {
  if (!isHalf(options, name) || type === "f16" || type.endsWith("h")) return type;
  const half = HALVES[type];
  if (half) return half;
  throw new ValueError({
    where,
    what: `binding "${name}"`,
    expected: "of f32 numbers, to be stored in halves",
    received: `of ${type}`,
  });
}

/** An array whose elements the code takes for `type` and memory holds as `stored`. */
export interface Converted {
  readonly type: ElementType;
  readonly stored: ElementType;
}

/**
 * WGSL in which loads of the named arrays are widened, `f32(x[n])`, and stores to them rounded, `x[n] = f16(v);`. It reads
 * no more of the language than that: an array's name before a bracket, and what stands up to the semicolon after `=`.
 */
export function convertAccesses(code: string, arrays: ReadonlyMap<string, Converted>): string {
  if (arrays.size === 0) return code;
  const access = new RegExp(`(?<![\\w.])(${[...arrays.keys()].join("|")})\\s*\\[`);
  const convert = (text: string): string => {
    const found = access.exec(text);
    if (!found) return text;
    const name = found[1] as string;
    const { type, stored } = arrays.get(name) as Converted;
    const open = found.index + found[0].length;
    const close = closing(text, open);
    const element = `${name}[${convert(text.slice(open, close))}]`;
    const before = text.slice(0, found.index);
    const after = text.slice(close + 1);
    const store = /^(\.[xyzw])?\s*([-+*/]?)=(?!=)/.exec(after);
    if (!store) return `${before}${type}(${element})${convert(after)}`;
    const [head, part = "", operator] = store;
    const end = after.indexOf(";");
    const value = convert(after.slice(head.length, end).trim());
    const [wide, narrow] = part ? ["f32", "f16"] : [type, stored];
    const result = operator ? `${wide}(${element}${part}) ${operator} (${value})` : value;
    return `${before}${element}${part} = ${narrow}(${result})${convert(after.slice(end))}`;
  };
  return convert(code.replace(/\/\/.*$/gm, ""));
}

/** Where the bracket closes that was opened just before `from`. */
function closing(text: string, from: number): number {
  let depth = 1;
  for (let at = from; at < text.length; at++) {
    if (text[at] === "[") depth++;
    else if (text[at] === "]" && --depth === 0) return at;
  }
  return text.length;
}
