import type { Random } from "@unroll/data";

/** What is to be said at each place of a row of digits. */
export interface DigitTask {
  /** Digits are drawn from 0 up to but not including this. */
  readonly digits: number;
  readonly about: string;
  answers(digits: readonly number[]): number[];
}

export type TaskName = "Reverse" | "Sort" | "Count" | "Sum so far";

export const TASKS: Readonly<Record<TaskName, DigitTask>> = {
  Reverse: {
    digits: 10,
    about: "Say the digits from the last to the first: each place has to look at the one across from it.",
    answers: (digits) => digits.toReversed(),
  },
  Sort: {
    digits: 10,
    about: "Say the digits in order: what a place has to say depends on all of them.",
    answers: (digits) => digits.toSorted((a, b) => a - b),
  },
  Count: {
    digits: 10,
    about: "Say of each digit how often it is there: a place has to look for its like, wherever it stands.",
    answers: (digits) => digits.map((digit) => digits.filter((other) => other === digit).length),
  },
  "Sum so far": {
    digits: 2,
    about: "Say at each place how many ones came until then: the sum of the first page, of zeros and ones.",
    answers: (digits) => digits.map((_, place) => digits.slice(0, place + 1).reduce((sum, digit) => sum + digit, 0)),
  },
};

/** Classes that every answer of rows of `length` digits is one of. */
export const classesOf = (length: number): number => Math.max(10, length + 1);

/** Rows of digits and what is to be said of them, both [B, T]. */
export function drawDigits(random: Random, name: TaskName, { rows, length }: { rows: number; length: number }) {
  const task = TASKS[name];
  const [digits, answers] = [new Int32Array(rows * length), new Int32Array(rows * length)];
  for (let row = 0; row < rows; row++) {
    const drawn = Array.from({ length }, () => random.below(task.digits));
    digits.set(drawn, row * length);
    answers.set(task.answers(drawn), row * length);
  }
  return { digits, answers, shape: [rows, length] };
}
