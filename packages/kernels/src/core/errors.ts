/** What every Unroll error carries: where it arose and, where they apply, what was expected, what came and what to do. */
export interface ErrorFacts {
  /** The function or kernel whose contract was broken, as the user wrote it: "LSTM.forward". */
  where: string;
  /** The argument or object at fault. */
  what?: string;
  expected?: string;
  received?: string;
  /** What the caller can do about it: a full sentence. */
  remedy?: string | undefined;
}

/** The base of every error this library throws on purpose; its fields carry the same facts as its message. */
export class UnrollError extends Error {
  override readonly name: string = "UnrollError";
  readonly where: string;
  readonly what: string | undefined;
  readonly expected: string | undefined;
  readonly received: string | undefined;
  readonly remedy: string | undefined;

  constructor(facts: ErrorFacts, options?: ErrorOptions) {
    super(sentence(facts), options);
    this.where = facts.where;
    this.what = facts.what;
    this.expected = facts.expected;
    this.received = facts.received;
    this.remedy = facts.remedy;
  }
}

function sentence({ where, what, expected, received, remedy }: ErrorFacts): string {
  const subject = what ? `${what} ` : "";
  const should = expected ? `should be ${expected}` : "";
  const is = received ? `${should ? " but " : ""}is ${received}` : "";
  const claim = should || is ? `${subject}${should}${is}.` : what ? `${what}.` : "";
  return `${where}: ${[claim, remedy].filter(Boolean).join(" ")}`;
}

/** A tensor or buffer has the wrong shape or size. */
export class ShapeError extends UnrollError {
  override readonly name = "ShapeError";
}

/** A tensor has the wrong element type. */
export class DTypeError extends UnrollError {
  override readonly name = "DTypeError";
}

/** A number, token, length or option is outside what it may be. */
export class ValueError extends UnrollError {
  override readonly name = "ValueError";
}

/** The work needs more than this device's limits allow. */
export class DeviceLimitError extends UnrollError {
  override readonly name = "DeviceLimitError";
}

/** Something was used after it was disposed of. */
export class DisposedError extends UnrollError {
  override readonly name = "DisposedError";
}

/** Tensors of two devices met, or no device was opened. */
export class DeviceMismatchError extends UnrollError {
  override readonly name = "DeviceMismatchError";
}

/** The GPU device went away: its process crashed, its driver reset, or it was destroyed. */
export class DeviceLostError extends UnrollError {
  override readonly name = "DeviceLostError";
}

/** The device, or the memory budget given to `open`, has no room for a buffer. */
export class OutOfMemoryError extends UnrollError {
  override readonly name = "OutOfMemoryError";
}

/** A feature that does not exist for these arguments; the message says what does. */
export class UnsupportedError extends UnrollError {
  override readonly name = "UnsupportedError";
}

/** A kernel's WGSL was refused by the browser. It names the kernel and the line. */
export class ShaderError extends UnrollError {
  override readonly name = "ShaderError";
}

/** Why WebGPU cannot be used here. */
export type UnavailableReason = "no-webgpu" | "insecure-context" | "no-adapter" | "device-refused";

/** WebGPU cannot be used; `reason` tells a program what the message tells a person. */
export class WebGPUUnavailableError extends UnrollError {
  override readonly name = "WebGPUUnavailableError";
  readonly reason: UnavailableReason;

  constructor(reason: UnavailableReason, facts: ErrorFacts, options?: ErrorOptions) {
    super(facts, options);
    this.reason = reason;
  }
}

/** Throws: the plan asked for cannot run on this device, and nothing else is tried in its place. */
export function unsupported(where: string, why: string, remedy: string): never {
  throw new UnsupportedError({ where, what: why, remedy });
}
