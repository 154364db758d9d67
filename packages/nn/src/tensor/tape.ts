import { recordWith } from "./recording";
import type { Scalar } from "./scalar";
import type { Tensor } from "./tensor";

/**
 * The numbers and the tensors of host values that a function makes while it records operations. The function recorded
 * again on the same tape gets the very same ones, as long as it makes equal ones in the same order.
 */
export class Tape {
  readonly #scalars: Scalar[] = [];
  readonly #constants: Tensor[] = [];
  #nextScalar = 0;
  #nextConstant = 0;
  #recordings = 0;
  #hasDiffered = false;
  /** Whether random numbers were drawn. */
  hasDraws = false;

  /** Whether a recording made anything else than the first. */
  get hasDiffered(): boolean {
    return this.#hasDiffered || (this.#recordings > 0 && !this.#isAtEnd());
  }

  /** Back to the start, to record again. */
  rewind(): void {
    this.#hasDiffered = this.hasDiffered;
    this.#recordings++;
    this.#nextScalar = 0;
    this.#nextConstant = 0;
  }

  scalar(made: Scalar): Scalar {
    const known = this.#scalars[this.#nextScalar++];
    return this.#choose(this.#scalars, made, known, Object.is(known?.current, made.current));
  }

  constant(made: Tensor): Tensor {
    const known = this.#constants[this.#nextConstant++];
    return this.#choose(this.#constants, made, known, known !== undefined && isEqual(known, made));
  }

  #choose<V>(list: V[], made: V, known: V | undefined, isSame: boolean): V {
    if (known !== undefined && isSame) return known;
    if (this.#recordings > 1) this.#hasDiffered = true;
    else list.push(made);
    return made;
  }

  #isAtEnd(): boolean {
    return this.#nextScalar === this.#scalars.length && this.#nextConstant === this.#constants.length;
  }
}

function isEqual(known: Tensor, made: Tensor): boolean {
  if (known.node.kind !== "host" || made.node.kind !== "host" || known.dtype !== made.dtype) return false;
  if (known.shape.join() !== made.shape.join()) return false;
  const values = known.node.data;
  return made.node.data.every((value: number, index: number) => Object.is(value, values[index]));
}

/** Records on a tape what `work` makes, from the tape's start. */
export function onTape<R>(tape: Tape, work: () => R): R {
  tape.rewind();
  return recordWith(tape, work);
}
