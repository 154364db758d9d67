import { alignmentSvg } from "@unroll/seq2seq";
import { visible } from "../ui/format";
import { Scrollable } from "../ui/scrollable";
import type { Made } from "./search";
import "./alignment.css";

/** Which symbol of the source each that was made looked at, the first so many rows. */
export function Alignment({
  made,
  rows,
  label,
}: {
  readonly made: Made;
  readonly rows?: number;
  readonly label: string;
}) {
  const { source, symbols, weights } = made;
  if (!weights) {
    return (
      <p class="muted">Without attention there is nothing to see: all it knows of the source is one last state.</p>
    );
  }
  const target = [...symbols, "end"].slice(0, rows);
  const svg = alignmentSvg({
    weights: { data: weights.slice(0, target.length * source.length), shape: [target.length, source.length] },
    source: source.map(visible),
    target: target.map(visible),
  });
  return (
    <Scrollable label={label}>
      {/* drawn by @unroll/seq2seq, which escapes all labels */}
      <div class="alignment" dangerouslySetInnerHTML={{ __html: svg }} />
    </Scrollable>
  );
}
