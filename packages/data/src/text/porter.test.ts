import { describe, expect, test } from "vitest";
import { porterStem } from "./porter";

/** The examples that the paper gives for each step, followed through to the last. */
const FROM_THE_PAPER = {
  "1a": "caresses caress, ponies poni, ties ti, caress caress, cats cat",
  "1b": "feed feed, agreed agre, plastered plaster, bled bled, motoring motor, sing sing",
  "1b, mended": "conflated conflat, troubled troubl, sized size, hopping hop, tanned tan, falling fall, hissing hiss",
  "1b, mended too": "fizzed fizz, failing fail, filing file",
  "1c": "happy happi, sky sky",
  "2": "relational relat, conditional condit, rational ration, valenci valenc, digitizer digit, conformabli conform",
  "2, further": "radicalli radic, differentli differ, vileli vile, vietnamization vietnam, predication predic",
  "2, last":
    "operator oper, feudalism feudal, decisiveness decis, hopefulness hope, formaliti formal, sensibiliti sensibl",
  "3": "triplicate triplic, formative form, formalize formal, electriciti electr, electrical electr, goodness good",
  "4": "revival reviv, allowance allow, airliner airlin, gyroscopic gyroscop, defensible defens, irritant irrit",
  "4, further": "replacement replac, adjustment adjust, dependent depend, adoption adopt, homologou homolog",
  "5": "probate probat, rate rate, cease ceas, controll control, roll roll",
};

describe("porterStem", () => {
  test.each(Object.entries(FROM_THE_PAPER))("step %s", (_, pairs) => {
    for (const pair of pairs.split(", ")) {
      const [word = "", stem] = pair.split(" ");
      expect([word, porterStem(word)]).toEqual([word, stem]);
    }
  });

  test("follows the paper where later programs depart from it", () => {
    expect(["sensibly", "psychology", "us", "ies", "ey"].map(porterStem)).toEqual([
      "sensibli",
      "psychologi",
      "u",
      "i",
      "ei",
    ]);
  });

  test("takes any case, and what is no letter", () => {
    expect(["Ponies", "RUNNING", "'s", "", "'aa'"].map(porterStem)).toEqual(["poni", "run", "'", "", "'aa'"]);
  });

  test("takes a long word of nothing but y", () => {
    expect(porterStem("y".repeat(100_000))).toHaveLength(100_000);
  });
});
