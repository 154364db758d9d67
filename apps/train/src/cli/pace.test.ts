import { expect, test } from "vitest";
import { Pace } from "./pace";

const steps = 1000;

test("the first report counts from the start", () => {
  expect(new Pace().at({ seconds: 20, items: 640, step: 10, steps })).toEqual({ speed: 32, secondsLeft: 1980 });
});

test("later ones forget what was slow at the start", () => {
  const pace = new Pace();
  pace.at({ seconds: 20, items: 640, step: 10, steps });
  expect(pace.at({ seconds: 22, items: 6400, step: 100, steps })).toEqual({ speed: 2880, secondsLeft: 20 });
  // 20 s before, so it is out of the window: counted from the report at 22 s
  expect(pace.at({ seconds: 40, items: 12_160, step: 190, steps })).toEqual({ speed: 320, secondsLeft: 162 });
});

test("nothing is told where nothing has passed", () => {
  const pace = new Pace();
  expect(pace.at({ seconds: 0, items: 0, step: 0, steps })).toEqual({ speed: 0, secondsLeft: undefined });
  expect(pace.at({ seconds: 5, items: 0, step: 0, steps })).toEqual({ speed: 0, secondsLeft: undefined });
});
