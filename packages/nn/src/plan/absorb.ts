import { EPILOGUE_ARRAYS, type Epilogue, resultType } from "@unroll/kernels";
import { bytesOf } from "../tensor/dtype";
import type { Tensor } from "../tensor/tensor";
import type { Group } from "./fuse";
import type { Item, Part, Value } from "./lower";

/** A product that ends as a group of elementwise operations does, in place of both. */
interface Absorbed {
  readonly product: Item;
  readonly group: Item;
  readonly merged: Item;
  /** Equal for those that are one pipeline. */
  readonly form: string;
}

/** From so many products of one form on, the steps of a loop as a rule, fewer dispatches are worth a pipeline more. */
const FEWEST = 4;

/**
 * Lets products do the elementwise operations that follow them, where those are all that their results are wanted for: the
 * sum with a residual, the activation after a sum, its slope on the way back. A step of a loop is then a dispatch less.
 * The operations are those of the group, in their order, so the bits are the same.
 * @param groups what the elementwise ones among the calls are made of
 * @param kept values that must exist by themselves
 */
export function absorb(
  items: readonly Item[],
  groups: ReadonlyMap<Item, Group>,
  kept: ReadonlySet<Value>,
): readonly Item[] {
  const places = new Map(items.flatMap((item, place) => Object.values(item.writes).map((value) => [value, place])));
  const uses = new Map<Value, number>();
  for (const { reads } of items) for (const { base } of Object.values(reads)) uses.set(base, (uses.get(base) ?? 0) + 1);
  const isFree = (value: Value): boolean => uses.get(value) === 1 && !kept.has(value);

  const taken = new Set<Item>();
  const forms = new Map<string, Absorbed[]>();
  for (const [group, of] of groups) {
    const found = absorbed(group, of, { items, places, isFree });
    if (!found || taken.has(found.product)) continue;
    taken.add(found.product);
    forms.set(found.form, [...(forms.get(found.form) ?? []), found]);
  }
  const all = [...forms.values()].filter(({ length }) => length >= FEWEST).flat();
  const gone = new Set(all.map(({ product }) => product));
  const instead = new Map(all.map(({ group, merged }) => [group, merged]));
  return items.filter((item) => !gone.has(item)).map((item) => instead.get(item) ?? item);
}

interface Surroundings {
  readonly items: readonly Item[];
  readonly places: ReadonlyMap<Value, number>;
  readonly isFree: (value: Value) => boolean;
}

/** The last of the products that a group reads, ending as the group does; none where that cannot be. */
function absorbed(group: Item, { program, inputs, outputs }: Group, around: Surroundings): Absorbed | undefined {
  const [output] = outputs;
  const isPlain = ({ dtype, size }: Tensor): boolean => dtype === "f32" && size === output?.size;
  if (outputs.length !== 1 || program.scalars.length > 0 || ![...inputs, ...outputs].every(isPlain)) return undefined;
  if (inputs.length > 1 + EPILOGUE_ARRAYS.length || !staysReal(program)) return undefined;
  const last = inputs
    .map((_, k) => ({ k, part: group.reads[`in${k}`] as Part }))
    .filter(({ part }) => isProduct(part, around))
    .sort((a, b) => (around.places.get(b.part.base) ?? 0) - (around.places.get(a.part.base) ?? 0))[0];
  if (!last) return undefined;

  const product = around.items[around.places.get(last.part.base) as number] as Item;
  const others = inputs.flatMap((_, k) => (k === last.k ? [] : [k]));
  /** Ids as an epilogue has them: the product, the other arrays, the operations. */
  const idOf = (id: number): number => {
    if (id >= inputs.length) return id;
    return id === last.k ? 0 : 1 + others.indexOf(id);
  };
  const epilogue: Epilogue = program.instructions.map(({ op, args }) => ({ op, args: args.map(idOf) }));
  const arrays = others.map((k, n): [string, Part] => [EPILOGUE_ARRAYS[n] as string, group.reads[`in${k}`] as Part]);
  const merged: Item = {
    ...product,
    options: { ...product.options, epilogue },
    reads: { ...product.reads, ...Object.fromEntries(arrays) },
    writes: { c: output as Tensor },
  };
  return { product, group, merged, form: JSON.stringify([merged.options, Object.keys(merged.reads)]) };
}

/** Whether all values are f32, and the last is what is stored. */
function staysReal({ inputs, instructions, outputs }: Group["program"]): boolean {
  const isReal = instructions.every(
    ({ op, args, half }) =>
      !half &&
      resultType(
        op,
        args.map(() => "f32"),
      ) === "f32",
  );
  return isReal && outputs[0] === inputs.length + instructions.length - 1;
}

/** Whether a part is the whole of what a product makes, which nobody else reads: a kernel that has an epilogue is one. */
function isProduct({ base, offset, bytes }: Part, { items, places, isFree }: Surroundings): boolean {
  const product = items[places.get(base) ?? -1];
  if (!product || product.writes.c !== base || Object.keys(product.writes).length > 1) return false;
  const { epilogue }: { epilogue?: Epilogue } = product.options;
  return epilogue?.length === 0 && isFree(base) && offset === 0 && bytes === bytesOf(base);
}
