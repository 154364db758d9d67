import { describe, expect, test } from "vitest";
import { foldAccents, isAscii, toAscii } from "./ascii";

describe("foldAccents", () => {
  test.each([
    ["Ślusàrski", "Slusarski"],
    ["Łódź", "Lodz"],
    ["Sørensen Ødegård", "Sorensen Odegard"],
    ["Groß", "Gross"],
    ["Kjær Œuvre", "Kjaer OEuvre"],
    ["Đorđević", "Dordevic"],
    ["Yıldırım İnan", "Yildirim Inan"],
    ["Nguyễn", "Nguyen"],
    ["Əliyev", "Eliyev"],
    ["O‘tkirov Ne’mat", "O'tkirov Ne'mat"],
    ["Saint–Denis", "Saint-Denis"],
    ["e\u0301", "e"],
    ["Ǿ", "O"], // decomposes to Ø and a mark: both steps are needed
  ])("%s → %s", (text, folded) => {
    expect(foldAccents(text)).toBe(folded);
  });

  test("leaves other scripts whole: a mark there can be a vowel or a part of a syllable", () => {
    for (const text of ["Йод", "한국", "हिन्दी", "ガ"]) expect(foldAccents(text)).toBe(text);
  });

  test("leaves ASCII as it is", () => {
    expect(foldAccents(" .,;'Az09-~\t\n")).toBe(" .,;'Az09-~\t\n");
  });
});

describe("toAscii", () => {
  test("drops what has no ASCII form, or replaces each character of it", () => {
    expect(toAscii("Müller 山😀")).toBe("Muller ");
    expect(toAscii("Müller 山😀", { replacement: "?" })).toBe("Muller ??");
  });

  test("takes a replacement literally", () => {
    expect(toAscii("山", { replacement: "$&" })).toBe("$&");
  });

  test("gives nothing but ASCII for every code point of the basic plane", () => {
    const plane = Array.from({ length: 0x10000 }, (_, point) => String.fromCharCode(point));
    expect(plane.filter((character) => !isAscii(toAscii(character)))).toEqual([]);
  });
});
