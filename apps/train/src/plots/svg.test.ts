import { expect, test } from "vitest";
import { element, formatNumber, polyline, svgDocument, text } from "./svg";

test("an element nests, rounds numbers and escapes attributes", () => {
  const inner = element("circle", { cx: 1 / 3, cy: -0.001 });
  expect(element("g", { id: `"<a>'&` }, [inner]).markup).toBe(
    '<g id="&quot;&lt;a&gt;&#39;&amp;"><circle cx="0.33" cy="0"/></g>',
  );
});

test("text is escaped, and what XML forbids is replaced", () => {
  const { markup } = text("<b>&\0\x1b\ud800é😀\t", 1, 2, { fill: "red" });
  expect(markup).toBe('<text x="1" y="2" font-size="12" fill="red">&lt;b&gt;&amp;\ufffd\ufffd\ufffdé😀\t</text>');
});

test("a document has its size, a background of that size and its title", () => {
  const svg = svgDocument(30, 20, "A & B", []);
  expect(svg).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" width="30" height="20" viewBox="0 0 30 20"/);
  expect(svg).toContain('<title>A &amp; B</title><rect width="30" height="20" fill="#ffffff"/>');
});

test("a line is broken where a point is missing", () => {
  expect(polyline([[0, 1], [2, 3], undefined, undefined, [4, 5.678]])).toBe("M0 1L2 3M4 5.68");
  expect(polyline([undefined, [1, 1]])).toBe("M1 1");
});

test("numbers have separators and no needless digits", () => {
  expect([0, 0.25, 12000, 1234567.5].map(formatNumber)).toEqual(["0", "0.25", "12,000", "1,234,567.5"]);
});
