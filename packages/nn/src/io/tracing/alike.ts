import { UnsupportedError } from "@unroll/kernels";
import type { Argument } from "../../graph/node";
import type { Tensor } from "../../tensor/tensor";
import type { Traced } from "./trace";

/** Watches that all traces recorded the same thing, so that what is written of one holds for other sizes too. */
export class Alike {
  readonly #where: string;
  readonly #seen = new Map<Tensor, Traced>();

  constructor(where: string) {
    this.#where = where;
  }

  /** @throws UnsupportedError if a value is made in another way, or is another value, in other traces */
  expect(traced: Traced): void {
    const [first] = traced;
    if (!first) return;
    const seen = this.#seen.get(first);
    if (!seen) {
      this.#seen.set(first, traced);
      const [kind, ...others] = traced.map(kindOf);
      const other = others.find((each) => each !== kind);
      if (other !== undefined) this.#fail(`${kind} at first, ${other} then`);
    } else if (traced.some((tensor, trace) => tensor !== seen[trace])) {
      this.#fail(`a value is used again at first, and another then`);
    }
  }

  /** The one number that an argument is in all traces. */
  number(args: readonly (Argument | undefined)[]): number {
    const [first = 0, ...others] = args.map((arg) => (typeof arg === "object" && "current" in arg ? arg.current : arg));
    if (typeof first === "number" && others.every((other) => Object.is(other, first))) return first;
    throw new UnsupportedError({
      where: this.#where,
      what: `forward computes a number from the sizes of its inputs: it is ${[first, ...others].join(" and then ")} while traced`,
      remedy: "Compute it with tensor operations, as mean does, or give those axes a fixed extent in inputs.",
    });
  }

  #fail(what: string): never {
    throw new UnsupportedError({
      where: this.#where,
      what: `forward does other things with other sizes: ${what}`,
      remedy: "Give the axes on which it depends a fixed extent in inputs.",
    });
  }
}

const kindOf = (tensor: Tensor | undefined): string =>
  tensor
    ? `${tensor.origin?.name ?? (tensor.node.kind === "elementwise" ? tensor.node.op : tensor.node.kind)} of rank ${tensor.rank}`
    : "nothing";
