import { lab } from "../client/lab";

/**
 * What went wrong and what to do, where it is seen. The library's errors say both.
 * @param of what is to be told of here: questions to the model, or all else
 */
export function Notice({ of }: { readonly of: "training" | "questions" }) {
  const failure = lab.failure.value;
  if (!failure || (failure.asker !== null) !== (of === "questions")) return null;
  return (
    <div class="failure notice" role="alert">
      <strong>{TITLES[failure.name] ?? "That did not work"}</strong>
      <p>{failure.message}</p>
      {lab.status.value === "gone" && (
        <button type="button" onClick={() => location.reload()}>
          Reload the page
        </button>
      )}
    </div>
  );
}

const TITLES: Readonly<Record<string, string>> = {
  WebGPUUnavailableError: "This browser gives no GPU",
  DeviceLostError: "The GPU was lost",
  OutOfMemoryError: "The GPU has no more memory",
  NonFiniteLossError: "Training ran away",
  StateDictError: "These weights are of another model",
  FileFormatError: "This is no file of weights",
};
