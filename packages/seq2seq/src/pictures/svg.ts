import { blackPng } from "./png";
import { ACCENT, DARKEST, FONT, FONT_SIZE, GROUNDS, type Item, type Scene, type Theme } from "./scene";

export interface SvgOptions {
  /** "auto", to stand in a page, by default; pass "light" or "dark" for a file. */
  theme?: Theme;
}

/** Text as XML holds it; what XML cannot hold at all becomes U+FFFD. */
export function escapeXml(text: string): string {
  const entities: Readonly<Record<string, string>> = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    '"': "&quot;",
    "'": "&#39;",
  };
  return text
    .replace(/[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu, "\ufffd")
    .replace(/[&<>"']/g, (character) => entities[character] as string);
}

/** A scene as the text of an SVG document, which may also stand in a page as it is. */
export function toSvg({ width, height, title, items }: Scene, href: string | undefined, theme: Theme): string {
  const [w, h] = [number(width), number(height)];
  const { ink, ground } = theme === "auto" ? { ink: "currentColor", ground: undefined } : GROUNDS[theme];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${w}" height="${h}" viewBox="0 0 ${w} ${h}" role="img"`,
    ` font-family="${FONT}" font-size="${FONT_SIZE}" fill="${ink}">`,
    `<title>${escapeXml(title)}</title>`,
    ground ? `<rect width="${w}" height="${h}" fill="${ground}"/>` : "",
    ...items.map((item) => element(item, href, ink)),
    "</svg>",
  ].join("");
}

function element(item: Item, href: string | undefined, ink: string): string {
  const { x, y } = item;
  if (item.kind === "text") {
    const turn = item.turn ? ` transform="rotate(${number(item.turn)} ${number(x)} ${number(y)})"` : "";
    const weight = item.isTitle ? ' font-weight="600"' : "";
    const place = `x="${number(x)}" y="${number(y)}" text-anchor="${item.anchor}"`;
    return `<text ${place} dominant-baseline="central"${weight}${turn}>${escapeXml(item.text)}</text>`;
  }
  const box = `x="${number(x)}" y="${number(y)}" width="${number(item.width)}" height="${number(item.height)}"`;
  if (item.kind === "frame") return `<rect ${box} fill="none" stroke="${ink}" stroke-opacity="0.35"/>`;
  const title = `<title>${escapeXml(item.title)}</title>`;
  if (item.kind === "cell")
    return `<rect ${box} fill="${ACCENT}" fill-opacity="${number(item.strength)}">${title}</rect>`;
  if (item.kind === "image") {
    return href === undefined
      ? ""
      : `<image ${box} preserveAspectRatio="none" href="${escapeXml(href)}">${title}</image>`;
  }
  const alpha = Uint8Array.from(item.strengths, (strength) => Math.round(255 * DARKEST * (1 - strength)));
  const shade = blackPng(alpha, item.rows, item.columns);
  return `<image ${box} preserveAspectRatio="none" href="${shade}">${title}</image>`;
}

/** A number with three digits behind the point at most. */
const number = (value: number): string => String(Math.round(value * 1000) / 1000);
