import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { Failed } from "./failed";
import { readTextFile } from "./text-file";

/** Reads a file of text that the visitor chooses, or says why not. */
export function TextFileButton({
  label,
  accept,
  most,
  disabled = false,
  onText,
  children,
}: {
  readonly label: string;
  readonly accept: string;
  /** Characters that are used. */
  readonly most: number;
  readonly disabled?: boolean;
  readonly onText: (text: string) => void | Promise<void>;
  /** What stands beside it. */
  readonly children?: ComponentChildren;
}) {
  const [failure, setFailure] = useState<unknown>(null);
  const read = async (input: HTMLInputElement) => {
    const [file] = input.files ?? [];
    if (!file) return;
    setFailure(null);
    try {
      await onText(await readTextFile(file, most));
    } catch (error) {
      setFailure(error);
    } finally {
      input.value = ""; // so that the same file can be chosen again
    }
  };
  return (
    <>
      <div class="buttons">
        <label class="button">
          {label}
          <input type="file" accept={accept} disabled={disabled} onChange={(event) => void read(event.currentTarget)} />
        </label>
        {children}
      </div>
      <Failed error={failure} />
    </>
  );
}
