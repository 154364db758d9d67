import { oneHot } from "@unroll/data";
import { useMemo, useState } from "preact/hooks";
import { useAnswer } from "../../lab/use-answer";
import { answerTo } from "../answer-to";
import { AnswerTable } from "./answer-table";
import type { experiment } from "./experiment";
import { LENGTH, SYMBOLS } from "./tasks";

const LETTERS = "ABCDEFGH".slice(0, SYMBOLS);
const CLASSES = SYMBOLS + 2;

/** Letters to remember over the gap, and what each model says behind it. */
export function TryCopying({ gap }: { readonly gap: number }) {
  const [text, setText] = useState(LETTERS.slice(1, 1 + LENGTH));
  const isWhole = text.length === LENGTH && [...text].every((letter) => LETTERS.includes(letter));
  const question = useMemo(() => (isWhole ? sequenceOf(text, gap) : null), [isWhole, text, gap]);
  const answer = answerTo(question, useAnswer<typeof experiment>(question));
  const rows = (answer?.answers ?? []).map(({ name, output }) => {
    const said = lettersOf(output, gap);
    return { name, said, isRight: said === text };
  });
  return (
    <>
      <p>
        <label>
          {LENGTH} letters from {LETTERS.charAt(0)} to {LETTERS.at(-1)}{" "}
          <input
            size={4}
            value={text}
            aria-invalid={!isWhole}
            onInput={(event) => setText(event.currentTarget.value.toUpperCase())}
          />
        </label>
      </p>
      <p>
        They read <strong>{[...text, ..."·".repeat(Math.max(0, gap - 1)), "?"].join(" ")}</strong> and should say{" "}
        {text || "the letters"} then.
      </p>
      <AnswerTable rows={rows} />
    </>
  );
}

/** As `copyMemory` has it: symbols, blanks, the signal, and blanks while they are to be said. */
function sequenceOf(text: string, gap: number): readonly number[] {
  const ids = new Array<number>(gap + 2 * LENGTH).fill(0);
  for (const [at, letter] of [...text].entries()) ids[at] = 1 + LETTERS.indexOf(letter);
  ids[LENGTH + gap - 1] = SYMBOLS + 1;
  return Array.from(oneHot(ids, CLASSES).data);
}

function lettersOf(output: readonly number[], gap: number): string {
  const letters = Array.from({ length: LENGTH }, (_, at) => {
    const from = (LENGTH + gap + at) * CLASSES;
    const scores = output.slice(from, from + CLASSES);
    return LETTERS[scores.indexOf(Math.max(...scores)) - 1] ?? "·"; // a blank or the signal is no letter
  });
  return letters.join("");
}
