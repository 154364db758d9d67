import ts from "typescript";

/** Comments of whole lines, indentation, and comments at the end of a line; one that runs into a pasted value stays. */
const REDUNDANT = /(?<=\n)[ \t]*\/\/ [^\n]*(?=\n)|(?<=\n)[ \t]+|[ \t]+\/\/ [^\n]*(?=\n)/g;

/**
 * A module of TypeScript without the indentation and the comments of the WGSL in its templates, which a page would load
 * and a GPU's compiler drop. Lines stay lines, so that messages and source maps name the ones they named.
 * @param {string} text
 * @returns {string}
 */
export function stripWgsl(text) {
  /** @type {[from: number, to: number][]} */
  const cuts = [];
  /** @param {ts.Node} node */
  const visit = (node) => {
    if (ts.isTemplateLiteralToken(node)) {
      const from = node.getStart() + 1;
      const inside = text.slice(
        from,
        node.end - (ts.isNoSubstitutionTemplateLiteral(node) || ts.isTemplateTail(node) ? 1 : 2),
      );
      for (const { index, 0: found } of inside.matchAll(REDUNDANT)) {
        cuts.push([from + index, from + index + found.length]);
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile("module.ts", text, ts.ScriptTarget.ES2022, true));
  return cuts.reduceRight((rest, [from, to]) => rest.slice(0, from) + rest.slice(to), text);
}
