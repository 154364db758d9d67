import { useSignalEffect } from "@preact/signals";
import { useEffect, useRef, useState } from "preact/hooks";
import { lab } from "../client/lab";
import type { AnswerOf, QuestionOf } from "../experiment/experiment";

/**
 * What the model makes of a question, asked again as it learns: `useAnswer<typeof experiment>(question)`. Null until there
 * is an answer, and where the question is null.
 */
export function useAnswer<E>(question: QuestionOf<E> | null): AnswerOf<E> | null {
  const [answer, setAnswer] = useState<AnswerOf<E> | null>(null);
  const asked = useRef(question);
  const isWaiting = useRef(false);

  const ask = async (): Promise<void> => {
    if (isWaiting.current || !lab.about.peek()) return;
    isWaiting.current = true;
    let latest: QuestionOf<E> | null;
    do {
      latest = asked.current;
      const given = latest === null ? null : await lab.ask(latest);
      // the worker answers with what the experiment of this page returns, which `E` is the type of
      setAnswer(given as AnswerOf<E> | null);
    } while (latest !== asked.current); // asked another thing meanwhile
    isWaiting.current = false;
  };

  useEffect(() => {
    asked.current = question;
    void ask();
  }, [question]);
  useSignalEffect(() => {
    // whatever changes the model
    void [lab.history.value, lab.about.value];
    void ask();
  });
  return answer;
}
