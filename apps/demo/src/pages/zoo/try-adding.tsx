import { useMemo, useState } from "preact/hooks";
import { useAnswer } from "../../lab/use-answer";
import { formatFixed, formatNumber } from "../../ui/format";
import { NumberField } from "../../ui/number-field";
import { answerTo } from "../answer-to";
import { AnswerTable } from "./answer-table";
import type { experiment } from "./experiment";
import { NEAR } from "./tasks";

const isWithin = (value: number): boolean => value >= 0 && value <= 1;

/** Two numbers among others, and the sum as each model has it. */
export function TryAdding({ gap }: { readonly gap: number }) {
  const [[first, second], setNumbers] = useState<readonly [number, number]>([0.3, 0.6]);
  const [draws, setDraws] = useState(0);
  const isWhole = isWithin(first) && isWithin(second);
  const question = useMemo(
    () => (isWhole ? sequenceOf(first, second, gap + 4) : null),
    [isWhole, first, second, gap, draws],
  );
  const answer = answerTo(question, useAnswer<typeof experiment>(question));
  const sum = first + second;
  const rows = (answer?.answers ?? []).map(({ name, output }) => {
    const said = output.at(-1) ?? 0;
    return { name, said: formatFixed(said, 2), isRight: Math.abs(said - sum) <= NEAR };
  });
  const field = (label: string, value: number, onChange: (value: number) => void) => (
    <NumberField
      id={`zoo-${label.toLowerCase()}`}
      label={`${label} number`}
      value={value}
      from={0}
      to={1}
      note={{ text: "from 0 to 1", isProblem: !isWithin(value) }}
      onChange={onChange}
    />
  );
  return (
    <>
      <div class="controls">
        {field("First", first, (value) => setNumbers([value, second]))}
        {field("Second", second, (value) => setNumbers([first, value]))}
        <button type="button" onClick={() => setDraws(draws + 1)}>
          Other numbers between
        </button>
      </div>
      <p>
        The sum is <strong>{isWhole ? formatNumber(sum) : "–"}</strong>; what is no farther off than {NEAR} counts as
        right.
      </p>
      <AnswerTable rows={rows} />
    </>
  );
}

/** As `addingProblem` has it: numbers and marks, one in each half. */
function sequenceOf(first: number, second: number, steps: number): readonly number[] {
  const half = Math.floor(steps / 2);
  const marked = [Math.floor(Math.random() * half), half + Math.floor(Math.random() * (steps - half))];
  return Array.from({ length: steps }, (_, step) => {
    if (step === marked[0]) return [first, 1];
    return step === marked[1] ? [second, 1] : [Math.random(), 0];
  }).flat();
}
