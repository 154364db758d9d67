import { UnsupportedError } from "@unroll/kernels";
import { zeros } from "../../ops/arithmetic";
import { concat } from "../../ops/concat";
import { embedding } from "../../ops/embedding";
import { reshape } from "../../ops/reshape";
import { type Tensor, tensor } from "../../tensor/tensor";

/** Which steps of each row take part: 1 or 0 for each of [B, T]. */
export interface Mask {
  readonly B: number;
  readonly T: number;
  readonly kept: Uint8Array;
}

/** How one direction of a layer goes through its steps. */
export interface Order {
  /** From the last step to the first. */
  readonly backwards: boolean;
  /** Whether what it gives is turned round afterwards, as Bidirectional does to stay in step. */
  readonly flipped: boolean;
  /** Whether a masked step gives zeros; otherwise it repeats what the one processed before it gave. */
  readonly zeroOutput: boolean;
}

/**
 * Masked steps change no state. So the steps that are kept move to the front of their row, where `lengths` does the
 * rest, and what they give is moved back to where Keras has it. Both ways gradients flow.
 */
export class MaskPlan {
  /** Steps that each row keeps; all where nothing is masked. */
  readonly lengths: Uint32Array<ArrayBuffer> | undefined;
  readonly #B: number;
  readonly #T: number;
  /** For each step [B, T] the place that it has among those kept in its row; −1 where it is masked. */
  readonly #places: Int32Array;

  constructor(B: number, T: number, mask: Mask | undefined) {
    this.#B = B;
    this.#T = T;
    this.#places = new Int32Array(B * T);
    const lengths = new Uint32Array(B);
    for (let at = 0; at < B * T; at++) {
      const row = Math.floor(at / T);
      this.#places[at] = !mask || mask.kept[at] ? (lengths[row] ?? 0) : -1;
      if (this.#places[at] !== -1) lengths[row] = (lengths[row] ?? 0) + 1;
    }
    this.lengths = mask ? lengths : undefined;
  }

  /** x [B, T, F] with the steps that are kept at the front of each row; what follows them is of no account. */
  pack(x: Tensor): Tensor {
    const ids = new Uint32Array(this.#B * this.#T);
    let isInPlace = true;
    for (const [at, place] of this.#places.entries()) {
      const row = Math.floor(at / this.#T);
      if (place >= 0) ids[row * this.#T + place] = at;
      if (place >= 0 && place !== at % this.#T) isInPlace = false;
    }
    return isInPlace ? x : rows(x, ids);
  }

  /** What Keras gives for each step [B, T, F], from what the packed steps gave. */
  unpack(y: Tensor, order: Order): Tensor {
    const ids = this.#sources(order);
    return ids.every((id, at) => id === at) ? y : rows(y, ids);
  }

  /** What the last step in the order of processing gives [B, F]. */
  last(y: Tensor, order: Order): Tensor {
    const all = this.#sources({ ...order, flipped: false });
    const ids = Uint32Array.from({ length: this.#B }, (_, row) => all[(row + 1) * this.#T - 1] ?? 0);
    return reshape(rows(y, ids), [this.#B, y.shape.at(-1) as number]);
  }

  /** For each step the packed one whose output it has; B·T stands for zeros. */
  #sources({ backwards, flipped, zeroOutput }: Order): Uint32Array<ArrayBuffer> {
    const [B, T] = [this.#B, this.#T];
    const ids = new Uint32Array(B * T);
    for (let row = 0; row < B; row++) {
      let previous = B * T;
      for (let n = 0; n < T; n++) {
        const place = this.#places[row * T + (backwards ? T - 1 - n : n)] ?? -1;
        if (place >= 0) previous = row * T + place;
        else if (zeroOutput) previous = B * T;
        ids[row * T + (flipped ? T - 1 - n : n)] = previous;
      }
    }
    return ids;
  }
}

/** Steps of x [B, T, F] by number, in the shape of the ids; one past the last is a step of zeros. */
function rows(x: Tensor, ids: Uint32Array<ArrayBuffer>): Tensor {
  const [B, T, F] = x.shape as [number, number, number];
  const table = reshape(x, [B * T, F]);
  const whole = ids.includes(B * T) ? concat([table, zeros([1, F])], 0) : table;
  const shape = ids.length === B * T ? [B, T] : [B, 1];
  return embedding(whole, tensor(ids, { shape }));
}

/** @throws UnsupportedError for a mask of values that are on the device alone */
export function unknownMask(layer: string): never {
  throw new UnsupportedError({
    where: "KerasModel.forward",
    what: `the mask that layer "${layer}" makes depends on values that are not on the host`,
    remedy: "Masks are planned on the host: pass the model an input made with tensor(values).",
  });
}
