import { formatPercent } from "../../../ui/format";
import type { Reading } from "./experiment";

/** The words of a sentence, each below the score after it: up for praise, down for blame. */
export function MovingScore({ of, label }: { readonly of: Reading; readonly label: string }) {
  const { words, praise } = of;
  return (
    <ol class="moving" aria-label={label}>
      {words.map((word, at) => {
        const p = praise[at] ?? 0.5;
        const height = `${100 * Math.abs(p - 0.5)}%`;
        return (
          <li key={at}>
            <span class="track" aria-hidden="true">
              <span class={p >= 0.5 ? "praise" : "blame"} style={{ height }} />
            </span>
            <span class="word">{word}</span>
            <small class="muted">{formatPercent(Math.round(100 * p) / 100)}</small>
          </li>
        );
      })}
    </ol>
  );
}

/** What the model says in the end, and whether it is meant so. */
export function Verdict({ of }: { readonly of: Reading }) {
  const { praise, isPraise } = of;
  const saysPraise = (praise.at(-1) ?? 0.5) >= 0.5;
  const isRight = isPraise === saysPraise;
  return (
    <>
      {saysPraise ? "praise" : "blame"}
      {isPraise !== null && <span class={isRight ? "good" : "bad"}>{isRight ? " ✓" : " ✗"}</span>}
    </>
  );
}
