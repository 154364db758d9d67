import { formatNumber, formatPercent } from "../../ui/format";
import { Scrollable } from "../../ui/scrollable";
import type { Standing } from "./experiment";

const CURVE = { width: 120, height: 30 };

/** How everybody does: the score as a lane, the course of the loss, and what each costs. */
export function RaceTable({ standings }: { readonly standings: readonly Standing[] }) {
  const places = placesOf(standings);
  const most = Math.max(1e-9, ...standings.flatMap(({ losses }) => losses));
  return (
    <Scrollable label="The race">
      <table class="race" data-answer="race">
        <thead>
          <tr>
            <th scope="col">Model</th>
            <th scope="col" class="lane-head">
              Score
            </th>
            <th scope="col">Place</th>
            <th scope="col">Course of the loss</th>
            <th scope="col">Loss</th>
            <th scope="col">Parameters</th>
            <th scope="col">ms a step</th>
          </tr>
        </thead>
        <tbody>
          {standings.map(({ name, scores, losses, loss, parameters, took }, racer) => {
            const score = scores.at(-1) ?? 0;
            return (
              <tr key={name} class={scores.length > 0 && places[racer] === 1 ? "leads" : undefined}>
                <th scope="row">{name}</th>
                <td>
                  <span class="lane">
                    <span class="track">
                      <span style={{ width: `${100 * score}%` }} />
                    </span>
                    <span class="score">{scores.length > 0 ? formatPercent(score) : "–"}</span>
                  </span>
                </td>
                <td>{scores.length > 0 ? places[racer] : "–"}</td>
                <td>
                  <svg
                    viewBox={`0 0 ${CURVE.width} ${CURVE.height}`}
                    width={CURVE.width}
                    height={CURVE.height}
                    aria-hidden="true"
                  >
                    <polyline points={pointsOf(losses, most)} />
                  </svg>
                </td>
                <td>{loss === null ? "–" : formatNumber(loss)}</td>
                <td>{formatNumber(parameters)}</td>
                <td>{took === null ? "–" : formatNumber(took)}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </Scrollable>
  );
}

/** The place of each by its last score; who is as good shares one. */
function placesOf(standings: readonly Standing[]): number[] {
  const scores = standings.map(({ scores }) => scores.at(-1) ?? 0);
  return scores.map((score) => 1 + scores.filter((other) => other > score).length);
}

function pointsOf(losses: readonly number[], most: number): string {
  const last = Math.max(1, losses.length - 1);
  return losses
    .map((loss, at) => {
      const x = 1 + ((CURVE.width - 2) * at) / last;
      const y = 1 + (CURVE.height - 2) * (1 - loss / most);
      return `${x.toFixed(1)},${y.toFixed(1)}`;
    })
    .join(" ");
}
