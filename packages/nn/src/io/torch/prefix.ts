import { refuseValue } from "../../tensor/kind";

/** What stands before names. @throws ValueError unless it is a text */
export function expectPrefix(where: string, prefix: string): void {
  if (typeof prefix !== "string") refuseValue(where, { prefix }, "a text");
}
