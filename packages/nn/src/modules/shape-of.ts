import type { Shape } from "../tensor/shape";
import { expectExtent } from "./options";

/** The extents that a size stands for. @throws ValueError unless they are positive whole numbers */
export function shapeOf(where: string, named: Readonly<Record<string, number | Shape>>): Shape {
  const [[what, size]] = Object.entries(named) as [[string, number | Shape]];
  const shape = typeof size === "object" ? [...size] : [size];
  for (const extent of shape) expectExtent(where, { [what]: extent });
  return shape;
}
