import { describe, expect, test } from "vitest";
import { TaskError } from "../errors";
import { Random } from "../random/random";
import { DATE_LOCALES, DatesInWords, dateText, isHeldOutDate } from "./dates";

describe("dates in words", () => {
  const dates = new DatesInWords({ locales: ["en-US", "it"] });

  test("a seed gives the same texts, another seed others", () => {
    expect(dates.draw(new Random(0), 50)).toEqual(
      new DatesInWords({ locales: ["en-US", "it"] }).draw(new Random(0), 50),
    );
    expect(dates.draw(new Random(0), 50)).not.toEqual(dates.draw(new Random(1), 50));
  });

  test("no date that is held out is learned from", () => {
    expect(dates.draw(new Random(0), 600).some(({ iso }) => isHeldOutDate(iso))).toBe(false);
    expect(dates.draw(new Random(0), 200, { part: "heldOut" }).every(({ iso }) => isHeldOutDate(iso))).toBe(true);
  });

  test("a text that is another date in another language is left out, and so none is two dates", () => {
    const slashes = ({ text }: { text: string }) => text.split("/").length === 3;
    const drawn = new DatesInWords({ locales: ["en-US", "en-GB", "el"] }).draw(new Random(0), 600);
    const meanings = new Map(drawn.map(({ text, iso }) => [text, iso]));
    for (const { text, iso } of drawn) expect(meanings.get(text)).toBe(iso);
    const numeric = drawn.filter(slashes).map(({ iso }) => iso.slice(5));
    expect(numeric.length).toBeGreaterThan(50);
    const early = numeric.filter((day) => Number(day.slice(3)) <= 12);
    expect(early.every((day) => day.slice(0, 2) === day.slice(3))).toBe(true); // a day that is its month
    const alone = new DatesInWords({ locales: ["en-US"] }).draw(new Random(0), 600).filter(slashes);
    expect(alone.some(({ text }) => /^(?!(\d)\/\1\/)\d\/\d\//.test(text))).toBe(true); // "1/2/2024"
  });

  test("they are written in 32 languages, with all digits of the year, within the years and the styles", () => {
    expect([DATE_LOCALES.length, new Set(DATE_LOCALES).size]).toEqual([32, 32]);
    for (const { text, iso } of new DatesInWords({ locales: ["de", "ja", "ru"] }).draw(new Random(0), 50)) {
      expect(text).toContain(iso.slice(0, 4));
    }
    const few = new DatesInWords({
      locales: ["en-GB"],
      styles: [{ dateStyle: "medium" }],
      firstYear: 1999,
      lastYear: 2000,
    });
    for (const { text } of few.draw(new Random(0), 50)) expect(text).toMatch(/^\d\d? [A-Z][a-z]{2,3} (1999|2000)$/);
  });

  test("a language that is missing is named, and years that are none are refused", () => {
    expect(() => new DatesInWords({ locales: ["de", "zxx"] })).toThrowErrorMatchingInlineSnapshot(
      `[TaskError: DatesInWords: expected an Intl that writes dates in 2 languages but got one without zxx. Leave them out, or use a Node that was built with full-icu, as those of nodejs.org are.]`,
    );
    expect(() => new DatesInWords({ firstYear: 2020, lastYear: 2019 })).toThrow(TaskError);
    expect(() => new DatesInWords({ locales: [] })).toThrow(TaskError);
  });

  test("a text has one form of letters and spaces", () => {
    expect(dateText("4\u200f/3\u200f/\u202f２０２４\u00a0 ")).toBe("4/3/ 2024");
  });
});
