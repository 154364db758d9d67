/** The last docstring before a declaration, without its stars; "" if there is none. @param {string} text with what stands before it */
export function jsDocOf(text) {
  const leading = /^(?:\s|\/\/[^\n]*\n|\/\*(?:[^*]|\*(?!\/))*\*\/)*/.exec(text)?.[0] ?? "";
  const last = leading.match(/\/\*\*(?:[^*]|\*(?!\/))*\*\//g)?.at(-1) ?? "";
  return last
    .slice(3, -2)
    .split("\n")
    .map((line) => line.replace(/^\s*\* ?/, "").trimEnd())
    .join("\n")
    .trim();
}

/** How a tag is said. */
const TAGS = /** @type {Record<string, string>} */ ({ param: "", returns: "Returns ", throws: "Throws " });

/**
 * A docstring as Markdown. Its words are taken as they are written, so that x_t and [B, T] stay what they are; a line that is
 * set in, and is no part of a list, is an equation. A name in backticks is a link to where it is explained.
 * @param {string} doc
 * @param {ReadonlyMap<string, string>} pages addresses by name
 */
export function prose(doc, pages) {
  const [body = "", ...tags] = doc.split(/^@(?=[a-z]+\b)|(?<=\s)@(?=(?:param|returns|throws)\b)/m);
  const said = tags.map((tag) => {
    const [, name = "", text = ""] = /^([a-z]+)\s*([\s\S]*)$/.exec(tag.trim()) ?? [];
    return `- ${parameter(name, text.replace(/\s*\n\s*/g, " "), pages)}`;
  });
  return [paragraphs(body.trim(), pages), said.join("\n")].filter((part) => part !== "").join("\n\n");
}

/** @param {string} tag @param {string} text @param {ReadonlyMap<string, string>} pages */
function parameter(tag, text, pages) {
  const [, name = "", rest = text] = tag === "param" ? (/^([\w.]+)\s*([\s\S]*)$/.exec(text) ?? []) : [];
  return `${name === "" ? (TAGS[tag] ?? `${tag}: `) : `\`${name}\` `}${words(rest, pages)}`;
}

/** @param {string} text @param {ReadonlyMap<string, string>} pages */
function paragraphs(text, pages) {
  /** @type {string[]} */
  const lines = [];
  let kind = "text";
  for (const line of text.split("\n")) {
    const isEquation = /^ {2,}\S/.test(line) && kind !== "list";
    if (isEquation && kind !== "equation") lines.push("", "```text");
    if (!isEquation && kind === "equation") lines.push("```", "");
    if (isEquation) kind = "equation";
    else if (line.startsWith("- ")) kind = "list";
    else if (kind !== "list" || !line.startsWith(" ")) kind = "text";
    lines.push(isEquation ? line.slice(2) : words(line, pages));
  }
  if (kind === "equation") lines.push("```");
  return lines.join("\n").trim();
}

/** @param {string} text @param {ReadonlyMap<string, string>} pages */
function words(text, pages) {
  return text
    .split(/(`[^`]*`)/)
    .map((part) => {
      if (!part.startsWith("`")) return escaped(part);
      const address = pages.get(part.slice(1, -1));
      return address === undefined ? part : `[${part}](${address})`;
    })
    .join("");
}

/** What neither Markdown nor the template that it becomes reads as anything else. @param {string} text */
function escaped(text) {
  return text
    .replace(/(?!^- )[\\*_[\]|~$]/g, "\\$&")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll("{", "&#123;");
}
