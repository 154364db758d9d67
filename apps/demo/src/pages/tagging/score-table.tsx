import { formatPercent } from "../../ui/format";
import { Scrollable } from "../../ui/scrollable";
import type { OfBoth } from "./experiment";
import type { Scores } from "./scores";

const ROWS: readonly (readonly [keyof Scores, string])[] = [
  ["pos", "Parts of speech, words right"],
  ["entities", "Entities, F1"],
  ["slots", "Slots, F1"],
  ["words", "Words with all three tags right"],
];

/** What each reader does on sentences that it is not trained on. */
export function ScoreTable({ scores }: { readonly scores: OfBoth<Scores> }) {
  return (
    <Scrollable label="Scores of both readers">
      <table data-answer="scores">
        <thead>
          <tr>
            <th scope="col">On new sentences</th>
            <th scope="col">reads forward</th>
            <th scope="col">reads both ways</th>
          </tr>
        </thead>
        <tbody>
          {ROWS.map(([name, title]) => (
            <tr key={name}>
              <th scope="row">{title}</th>
              <td>{formatPercent(scores.forwards[name])}</td>
              <td>{formatPercent(scores.bothWays[name])}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scrollable>
  );
}
