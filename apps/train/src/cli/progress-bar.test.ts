import { describe, expect, test } from "vitest";
import { drawBar, formatDuration, type PacedProgress, progressLine, progressText } from "./progress-bar";

const progress: PacedProgress = {
  epoch: 8,
  epochs: 12,
  step: 775,
  steps: 1250,
  loss: 0.51234,
  validationAccuracy: 0.7841,
  items: 49_600,
  seconds: 62,
  unit: "names",
  speed: 1234.4,
  secondsLeft: 38,
};

describe("progressLine", () => {
  test("says all in a wide terminal", () => {
    expect(progressLine(progress, 120)).toMatchInlineSnapshot(
      `"███████████████████▉░░░░░░░░░░░░  62 %  epoch  8/12  loss 0.512  validation 78.4 %  1,234 names/s  0:38 left"`,
    );
  });

  test("leaves the least important out where there is less room, and never fills more than the width", () => {
    expect([90, 70, 50, 30, 16].map((width) => progressLine(progress, width))).toMatchInlineSnapshot(`
      [
        "████████▋░░░░░  62 %  epoch  8/12  loss 0.512  validation 78.4 %  1,234 names/s  0:38 left",
        "█████▋░░░  62 %  epoch  8/12  loss 0.512  validation 78.4 %  0:38 left",
        "█████░░░  62 %  epoch  8/12  loss 0.512  0:38 left",
        "████████░░░░░  62 %  0:38 left",
        "██████▎░░░  62 %",
      ]
    `);
    for (let width = 14; width <= 140; width++) {
      expect(progressLine(progress, width).length).toBeLessThanOrEqual(width);
    }
  });

  test("has no accuracy before the first epoch has ended, and no time left before the first step", () => {
    const early = { ...progress, epoch: 1, step: 0, speed: 0, secondsLeft: undefined, validationAccuracy: null };
    expect(progressLine(early, 120)).toMatchInlineSnapshot(
      `"░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░   0 %  epoch  1/12  loss 0.512  0 names/s"`,
    );
  });

  test("is full at the end", () => {
    expect(progressLine({ ...progress, epoch: 12, step: 1250, secondsLeft: 0 }, 120)).toMatchInlineSnapshot(
      `"████████████████████████████████ 100 %  epoch 12/12  loss 0.512  validation 78.4 %  1,234 names/s  0:00 left"`,
    );
  });
});

test("progressText says the same without a bar", () => {
  expect(progressText(progress)).toMatchInlineSnapshot(
    `"epoch  8/12, loss 0.512, validation 78.4 %, 1,234 names/s, 0:38 left"`,
  );
});

test("a bar is filled to an eighth of a character", () => {
  expect(drawBar(0, 4)).toBe("░░░░");
  expect(drawBar(0.5, 4)).toBe("██░░");
  expect(drawBar(0.53125, 4)).toBe("██▏░");
  expect(drawBar(1, 4)).toBe("████");
  expect(drawBar(1.5, 4)).toBe("████");
});

test.each([
  [0, "0:00"],
  [59.6, "1:00"],
  [125, "2:05"],
  [3723, "1:02:03"],
  [-3, "0:00"],
])("%d s is %s", (seconds, text) => {
  expect(formatDuration(seconds)).toBe(text);
});
