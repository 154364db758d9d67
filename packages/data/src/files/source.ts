import { type ErrorClass, kindOf, remedyFor } from "../checks";

/** Refuses what is no stream of bytes and has none. */
export function expectSource(Kind: ErrorClass, where: string, source: unknown): void {
  const { getReader, stream, body } = Object(source) as Record<string, unknown>;
  if ([getReader, stream].some((method) => typeof method === "function") || body !== undefined) return;
  const bytes = ArrayBuffer.isView(source) || source instanceof ArrayBuffer ? "Pass new Blob([bytes])." : undefined;
  const text = "Fetch an address first: await fetch(url). A text is read by the functions called parse….";
  throw new Kind({
    where,
    expected: "a Response, a Blob or a stream of bytes",
    actual: ArrayBuffer.isView(source) ? "bytes" : kindOf(source),
    remedy:
      bytes ?? remedyFor(source) ?? (typeof source === "string" ? text : "Pass a File, say, or await fetch(url)."),
  });
}
