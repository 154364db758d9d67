import type { ScalarType } from "./define-kernel";
import { ValueError } from "./errors";
import type { Specialisation } from "./specialise";

/** Bytes of the uniform block of one dispatch: one 4-byte word for each size and scalar, in whole vec4. */
export function uniformBytes({ uniform }: Specialisation): number {
  return Math.max(16, Math.ceil((uniform.size * 4) / 16) * 16);
}

/** Writes the blocks of all dispatches of one call: its sizes, its steps and its scalars. */
export function fillUniform(
  words: DataView,
  spec: Specialisation,
  { offset, stride }: { offset: number; stride: number },
  scalars: Readonly<Record<string, number>>,
): void {
  for (const name of Object.keys(scalars)) scalarWord(spec, name);
  for (let step = 0; step < spec.repeat; step++) {
    for (const [name, word] of spec.uniform) {
      const type = spec.kernel.scalars?.[name];
      const own: Readonly<Record<string, number>> = { step, repeats: spec.repeat };
      const value = type ? (scalars[name] ?? 0) : (own[name] ?? spec.dims[name] ?? 0);
      writeWord(words, offset + step * stride + word * 4, type ?? "u32", value);
    }
  }
}

/**
 * The type of a scalar and its word in the block.
 * @throws ValueError if the kernel has no scalar of that name
 */
export function scalarWord({ kernel, uniform }: Specialisation, name: string): { type: ScalarType; word: number } {
  const type = kernel.scalars?.[name];
  const word = uniform.get(name);
  if (type !== undefined && word !== undefined) return { type, word };
  throw new ValueError({
    where: kernel.name,
    what: `scalar "${name}"`,
    expected: `one of ${Object.keys(kernel.scalars ?? {}).join(", ") || "none"}`,
    received: "not one of them",
  });
}

/** Writes one number as the GPU reads it. */
export function writeWord(words: DataView, at: number, type: ScalarType, value: number): void {
  if (type === "f32") words.setFloat32(at, value, true);
  else if (type === "i32") words.setInt32(at, value, true);
  else words.setUint32(at, value, true);
}

/** Reads one number as `writeWord` wrote it. */
export function readWord(words: DataView, at: number, type: ScalarType): number {
  if (type === "f32") return words.getFloat32(at, true);
  return type === "i32" ? words.getInt32(at, true) : words.getUint32(at, true);
}
