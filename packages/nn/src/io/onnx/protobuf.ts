/**
 * The wire format of protocol buffers, as much of it as a writer needs: varints, four-byte numbers, and runs of bytes
 * with their length before them (protobuf.dev, "Encoding").
 */
export class ProtoWriter {
  readonly #parts: Uint8Array[] = [];
  #length = 0;

  /** Bytes written so far. */
  get length(): number {
    return this.#length;
  }

  /** A whole number from −2^63 to 2^63 − 1; negative ones take ten bytes, as int64 does. */
  int(field: number, value: number | bigint): this {
    return this.#tag(field, 0).#varint(BigInt.asUintN(64, BigInt(value)));
  }

  /** A float32. */
  float(field: number, value: number): this {
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setFloat32(0, value, true);
    return this.#tag(field, 5).#append(bytes);
  }

  text(field: number, value: string): this {
    return this.bytes(field, new TextEncoder().encode(value));
  }

  bytes(field: number, value: Uint8Array): this {
    return this.#tag(field, 2).#varint(BigInt(value.length)).#append(value);
  }

  /** A message inside this one; its bytes are not copied until the end. */
  message(field: number, inner: ProtoWriter): this {
    this.#tag(field, 2).#varint(BigInt(inner.#length));
    for (const part of inner.#parts) this.#append(part);
    return this;
  }

  /** All of it in one array. */
  finish(): Uint8Array<ArrayBuffer> {
    const whole = new Uint8Array(this.#length);
    let next = 0;
    for (const part of this.#parts) {
      whole.set(part, next);
      next += part.length;
    }
    return whole;
  }

  #tag(field: number, wireType: number): this {
    return this.#varint(BigInt((field << 3) | wireType));
  }

  /** Seven bits a byte, the lowest first; the top bit says that more follow. */
  #varint(value: bigint): this {
    const bytes: number[] = [];
    let rest = value;
    while (rest > 0x7fn) {
      bytes.push(Number(rest & 0x7fn) | 0x80);
      rest >>= 7n;
    }
    bytes.push(Number(rest));
    return this.#append(Uint8Array.from(bytes));
  }

  #append(bytes: Uint8Array): this {
    this.#parts.push(bytes);
    this.#length += bytes.length;
    return this;
  }
}
