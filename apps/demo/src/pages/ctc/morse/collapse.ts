/** What becomes of a step of a path on the way to a text. */
export interface CollapsedStep {
  /** "new" is written, "repeat" is the letter before once more, "blank" is nothing. */
  readonly fate: "new" | "repeat" | "blank";
  /** What is written after the step. */
  readonly text: string;
}

/** Takes repeats and then blanks out of a path of classes, step by step. @param symbols by class, "" for the blank */
export function collapse(path: readonly number[], symbols: readonly string[]): CollapsedStep[] {
  let text = "";
  return path.map((label, at) => {
    const symbol = symbols[label] ?? "";
    const isRepeat = symbol !== "" && label === path[at - 1];
    if (symbol !== "" && !isRepeat) text += symbol;
    return { fate: symbol === "" ? "blank" : isRepeat ? "repeat" : "new", text };
  });
}
