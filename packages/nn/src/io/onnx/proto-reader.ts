import { FileFormatError } from "../errors";

/** One field of a message: a number, or bytes that are a text, an array or a message of their own. */
export interface ProtoField {
  readonly field: number;
  /** Varints and fixed-width numbers as their bits; none where there are bytes. */
  readonly bits: bigint;
  readonly bytes: Uint8Array;
  /** Where its value lies in the file. */
  readonly offset: number;
}

const NONE = new Uint8Array(0);
/** Ten groups of seven bits hold 64. */
const MOST_VARINT = 10;

/**
 * Reads the fields of one message. Nothing is allocated on a claim of the file: what a length says must be there, and
 * bytes are looked at where they lie. Messages nest as deep as the caller goes, no deeper.
 */
export class ProtoReader {
  readonly #where: string;
  readonly #bytes: Uint8Array;
  /** Where these bytes begin in the file. */
  readonly #start: number;
  #next = 0;

  constructor(where: string, bytes: Uint8Array, start = 0) {
    this.#where = where;
    this.#bytes = bytes;
    this.#start = start;
  }

  /** The message that a field holds. */
  inside({ bytes, offset }: ProtoField): ProtoReader {
    return new ProtoReader(this.#where, bytes, offset);
  }

  /** @throws FileFormatError at the byte where the message is damaged */
  *fields(what: string): Generator<ProtoField> {
    while (this.#next < this.#bytes.length) {
      const tag = this.varint(what);
      const field = Number(tag >> 3n);
      const wireType = Number(tag & 7n);
      const offset = this.#start + this.#next;
      if (field === 0) this.#fail(what, "made of fields from 1 on", "one of number 0");
      if (wireType === 0) yield { field, bits: this.varint(what), bytes: NONE, offset };
      else if (wireType === 1) yield { field, bits: this.#fixed(what, 8), bytes: NONE, offset };
      else if (wireType === 5) yield { field, bits: this.#fixed(what, 4), bytes: NONE, offset };
      else if (wireType === 2) {
        const length = this.varint(what);
        const left = this.#bytes.length - this.#next;
        if (length > BigInt(left)) this.#fail(what, `complete: a field of ${length} bytes`, `cut off after ${left}`);
        const begin = this.#next;
        this.#next += Number(length);
        yield { field, bits: 0n, bytes: this.#bytes.subarray(begin, this.#next), offset: this.#start + begin };
      } else this.#fail(what, "of wire types 0, 1, 2 and 5", `of type ${wireType}`);
    }
  }

  /** Whether all bytes were read. */
  get done(): boolean {
    return this.#next >= this.#bytes.length;
  }

  varint(what: string): bigint {
    let value = 0n;
    for (let index = 0; index < MOST_VARINT; index++) {
      const byte = this.#bytes[this.#next];
      if (byte === undefined) this.#fail(what, "complete", "cut off inside a number");
      this.#next++;
      value |= BigInt(byte & 0x7f) << BigInt(7 * index);
      if (byte < 0x80) return BigInt.asUintN(64, value);
    }
    return this.#fail(what, `made of numbers of at most ${MOST_VARINT} bytes`, "one that goes on");
  }

  #fixed(what: string, width: number): bigint {
    if (this.#next + width > this.#bytes.length) this.#fail(what, "complete", "cut off inside a number");
    let value = 0n;
    for (let index = 0; index < width; index++) {
      value |= BigInt(this.#bytes[this.#next + index] ?? 0) << BigInt(8 * index);
    }
    this.#next += width;
    return value;
  }

  #fail(field: string, expected: string, received: string): never {
    const offset = this.#start + this.#next;
    const remedy = "The file is damaged or is not ONNX; fetch or write it again.";
    throw new FileFormatError({ where: this.#where, field, offset, expected, received, remedy });
  }
}

/** An int64 from the bits of a varint. */
export const signed = (bits: bigint): number => Number(BigInt.asIntN(64, bits));

/** A float32 from its bits. */
export function floatOf(bits: bigint): number {
  const view = new DataView(new ArrayBuffer(4));
  view.setUint32(0, Number(bits & 0xffffffffn), true);
  return view.getFloat32(0, true);
}
