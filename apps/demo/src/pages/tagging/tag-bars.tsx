import { formatPercent } from "../../ui/format";

/** How many tags are listed; the rest has what is left. */
const LISTED = 5;

/** How probable the likeliest tags of one word are to one reader. */
export function TagBars({
  title,
  tags,
  probabilities,
}: {
  readonly title: string;
  readonly tags: readonly string[];
  readonly probabilities: readonly number[];
}) {
  const listed = tags
    .map((tag, at) => ({ tag, probability: probabilities[at] ?? 0 }))
    .sort((a, b) => b.probability - a.probability)
    .slice(0, LISTED);
  return (
    <div>
      <h3>{title}</h3>
      <ol>
        {listed.map(({ tag, probability }) => (
          <li key={tag}>
            <span>{tag}</span>
            <span class="bar">
              <span style={{ width: `${100 * probability}%` }} />
            </span>
            <span class="number">{formatPercent(probability)}</span>
          </li>
        ))}
      </ol>
    </div>
  );
}
