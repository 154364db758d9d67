/** UTF-8 has no more bytes for a UTF-16 unit, nor for the mark at the beginning of a file. */
const BYTES = 3;

/** Why a file of the visitor's gives no text, and what to do: its message is for the visitor. */
export class TextFileError extends Error {
  override readonly name = "TextFileError";
}

/**
 * The beginning of a file of text, with at least so many characters where it has them; what comes after is not read.
 * @throws TextFileError if it cannot be read, is empty, or is no text in UTF-8
 */
export async function readTextFile(file: File, most: number): Promise<string> {
  const part = file.slice(0, BYTES * (most + 1));
  const refuse = (problem: string, options?: ErrorOptions): never => {
    throw new TextFileError(`“${file.name}” ${problem}`, options);
  };
  const bytes = await part.arrayBuffer().catch((cause: unknown) => {
    return refuse("could not be read. It may have been changed, moved or removed. Choose it again.", { cause });
  });
  const text = decoded(bytes, part.size < file.size);
  if (text === null) return refuse("is no plain text in UTF-8. Choose a file of text, or save it as one in UTF-8.");
  return text.trim() === "" ? refuse("is empty. Choose a file with text in it.") : text;
}

/** @param isCut whether the last character may be cut apart: it is left out then @returns null if it is no text */
function decoded(bytes: ArrayBuffer, isCut: boolean): string | null {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes, { stream: isCut });
    return text.includes("\0") ? null : text;
  } catch (error) {
    if (error instanceof TypeError) return null;
    throw error;
  }
}
