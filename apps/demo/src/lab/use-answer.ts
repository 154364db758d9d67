import { useSignalEffect } from "@preact/signals";
import { useEffect, useRef, useState } from "preact/hooks";
import { lab } from "../client/lab";
import type { AnswerOf, QuestionOf } from "../experiment/experiment";

/** Of all time, the share that is spent on asking again while the model learns. */
const SHARE = 0.2;
/** How long a model that was just opened is left alone, in milliseconds: a visitor who presses start at once comes first. */
const PAUSE = 400;

/**
 * What the model makes of a question, asked again as it learns: `useAnswer<typeof experiment>(question)`. Null until there
 * is an answer, and where the question is null.
 */
export function useAnswer<E>(question: QuestionOf<E> | null): AnswerOf<E> | null {
  const [answer, setAnswer] = useState<AnswerOf<E> | null>(null);
  const asked = useRef(question);
  const isWaiting = useRef(false);
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null);
  /** When it may be asked again what was asked before. */
  const next = useRef(0);

  const ask = async (): Promise<void> => {
    if (isWaiting.current || !lab.isOpen.peek()) return;
    isWaiting.current = true;
    const began = performance.now();
    let latest: QuestionOf<E> | null;
    do {
      latest = asked.current;
      const given = latest === null ? null : await lab.ask(latest, "page");
      // the worker answers with what the experiment of this page returns, which `E` is the type of
      setAnswer(given as AnswerOf<E> | null);
    } while (latest !== asked.current); // asked another thing meanwhile
    const ended = performance.now();
    next.current = ended + (ended - began) / SHARE;
    isWaiting.current = false;
  };
  const askSoon = (): void => {
    timer.current ??= setTimeout(
      () => {
        timer.current = null;
        if (isWaiting.current) askSoon();
        else void ask();
      },
      Math.max(0, next.current - performance.now()),
    );
  };

  useEffect(() => {
    asked.current = question;
    void ask();
  }, [question]);
  useSignalEffect(() => {
    if (lab.about.value) next.current = performance.now() + PAUSE;
  });
  useSignalEffect(() => {
    // whatever changes the model
    void [lab.history.value, lab.about.value];
    askSoon();
  });
  useEffect(() => () => clearTimeout(timer.current ?? undefined), []);
  return answer;
}
