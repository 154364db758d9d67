import { Scrollable } from "../../ui/scrollable";

/** What each model says. */
export function AnswerTable({
  rows,
}: {
  readonly rows: readonly { readonly name: string; readonly said: string; readonly isRight: boolean }[];
}) {
  if (rows.length === 0) return <p class="muted">–</p>;
  return (
    <Scrollable label="What each model says">
      <table data-answer="said">
        <tbody>
          {rows.map(({ name, said, isRight }) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td class={isRight ? "good" : "bad"}>
                {said} {isRight ? "✓" : "✗"}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scrollable>
  );
}
