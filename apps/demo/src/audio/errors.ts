/** Why there is no sound, or none is heard, and what to do: its message is for the visitor. */
export class AudioError extends Error {
  override readonly name = "AudioError";
}
