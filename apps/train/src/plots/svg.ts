/** A piece of SVG that is safe to put into a document: made by `element`, `text` or `characters`, never from raw text. */
export interface Svg {
  readonly markup: string;
}

export type Attributes = Readonly<Record<string, string | number>>;

/** The look that all plots share: a light theme, dark enough in its greys to be read on a projector. */
export const theme = {
  background: "#ffffff",
  ink: "#1f2933",
  muted: "#52606d",
  axis: "#9aa5b1",
  grid: "#e4e7eb",
  font: "'Helvetica Neue', Helvetica, Arial, 'Liberation Sans', 'DejaVu Sans', sans-serif",
} as const;

/** An element; numbers are rounded to 1/100 px, and attributes are escaped. */
export function element(name: string, attributes: Attributes, children: readonly Svg[] = []): Svg {
  const written = Object.entries(attributes).map(([key, value]) => ` ${key}="${escapeMarkup(attribute(value))}"`);
  const open = `<${name}${written.join("")}`;
  if (children.length === 0) return { markup: `${open}/>` };
  return { markup: `${open}>${children.map(({ markup }) => markup).join("")}</${name}>` };
}

/** A line of text at x, y, escaped; further attributes override the theme's. */
export function text(content: string, x: number, y: number, attributes: Attributes = {}): Svg {
  return element("text", { x, y, "font-size": 12, fill: theme.muted, ...attributes }, [characters(content)]);
}

/** Characters inside an element, escaped. */
export function characters(content: string): Svg {
  return { markup: escapeMarkup(content) };
}

/** A self-contained document of a fixed size in pixels, with a title for screen readers. */
export function svgDocument(width: number, height: number, title: string, children: readonly Svg[]): string {
  const root = {
    xmlns: "http://www.w3.org/2000/svg",
    width,
    height,
    viewBox: `0 0 ${width} ${height}`,
    role: "img",
    "font-family": theme.font,
  };
  const background = element("rect", { width, height, fill: theme.background });
  const name = element("title", {}, [characters(title)]);
  return `${element("svg", root, [name, background, ...children]).markup}\n`;
}

/** An SVG path through points, broken where one is missing. */
export function polyline(points: readonly (readonly [x: number, y: number] | undefined)[]): string {
  let path = "";
  let command = "M";
  for (const point of points) {
    if (point) path += `${command}${attribute(point[0])} ${attribute(point[1])}`;
    command = point ? "L" : "M";
  }
  return path;
}

/**
 * About how wide a text is drawn, in pixels. A font's own widths are not known before it is drawn; 0.56 em is a little
 * above the mean of the sans-serif fonts of the theme, so that margins come out too wide rather than too narrow.
 */
export function textWidth(content: string, fontSize: number): number {
  return 0.56 * fontSize * [...content].length;
}

/** A number with separators between thousands and no more digits than needed, such as 12,000 or 0.25. */
export function formatNumber(value: number): string {
  return new Intl.NumberFormat("en-US", { maximumFractionDigits: 6 }).format(value);
}

function attribute(value: string | number): string {
  return typeof value === "number" ? String(Math.round(value * 100) / 100 + 0) : value;
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function escapeMarkup(content: string): string {
  // XML 1.0 forbids these characters even when escaped, and one of them would make the whole picture unreadable.
  const allowed = content.replace(/(?![\t\n\r])[\p{Cc}\p{Cs}\ufffe\uffff]/gu, "\ufffd");
  return allowed.replace(/[&<>"']/g, (sign) => ENTITIES[sign] ?? sign);
}
