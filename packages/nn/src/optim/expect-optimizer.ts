import { refuseValue } from "../tensor/kind";
import { Optimizer } from "./optimizer";

/** @throws ValueError unless it is an optimizer */
export function expectOptimizer(where: string, optimizer: Optimizer): void {
  if (!(optimizer instanceof Optimizer)) refuseValue(where, { optimizer }, "an Optimizer");
}
