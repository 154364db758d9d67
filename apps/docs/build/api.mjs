import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { jsDocOf, prose } from "./jsdoc.mjs";
import { PACKAGES, root } from "./packages.mjs";

/** What stands under which heading, in this order. */
const GROUPS = /** @type {const} */ (["Classes", "Functions", "Constants", "Types"]);

/**
 * One export.
 * @typedef {object} Item
 * @property {string} name
 * @property {(typeof GROUPS)[number]} group
 * @property {string} declaration as TypeScript has it, without its docstring
 * @property {string} doc the docstring, without its stars
 * @property {boolean} isExported or is only what exported ones extend
 */

/** Longer ones are types of records that their docstring tells better. */
const LONGEST_TYPE = 400;
/** A type that more than these name is known everywhere. */
const MOST_USERS = 12;

/**
 * Writes a page for each package with all that it exports, from the declarations that it publishes: so they must be built.
 * @param {string} folder
 * @throws Error if a package has no declarations
 */
export function writeApi(folder) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const entries = PACKAGES.map((name) => join(root, "packages", name, "dist", "index.d.ts"));
  const program = ts.createProgram(entries, {
    target: ts.ScriptTarget.ES2022,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    module: ts.ModuleKind.ESNext,
    types: [],
  });
  const checker = program.getTypeChecker();
  const exports = entries.map((entry) => exportsOf(checker, program.getSourceFile(entry)));
  const everywhere = new Set(exports.flatMap((symbols) => [...symbols.values()]));
  const items = new Map(
    PACKAGES.map((name, index) => [name, itemsOf(checker, exports[index] ?? new Map(), everywhere)]),
  );
  /** @type {Map<string, string>} */
  const pages = new Map();
  for (const [name, list] of items) {
    for (const item of list) if (!pages.has(item.name)) pages.set(item.name, `../api/${name}#${item.name}`);
  }
  const users = usersOf([...items.values()].flat());
  for (const [name, list] of items) writeFileSync(join(folder, `${name}.md`), page(name, list, { pages, users }));
}

/**
 * Which exports each type is for, by its name: those whose declaration has it, but for comments.
 * @param {readonly Item[]} items of all packages
 * @returns {Map<string, string[]>}
 */
export function usersOf(items) {
  const types = new Set(items.filter(({ group }) => group === "Types").map(({ name }) => name));
  /** @type {Map<string, Set<string>>} */
  const users = new Map();
  for (const { name, declaration } of items) {
    const code = declaration.replace(/\/\*[\s\S]*?\*\//g, "");
    for (const [word] of code.matchAll(/\b[A-Z]\w*/g)) {
      if (word === name || !types.has(word)) continue;
      users.set(word, (users.get(word) ?? new Set()).add(name));
    }
  }
  return new Map(Array.from(users, ([word, names]) => [word, [...names].sort()]));
}

/**
 * @param {ts.TypeChecker} checker
 * @param {ts.SourceFile | undefined} file
 * @returns {Map<string, ts.Symbol>} what a package exports, by name
 */
function exportsOf(checker, file) {
  const symbol = file && checker.getSymbolAtLocation(file);
  if (!symbol) throw new Error("Every package should have dist/index.d.ts. Build the packages first: npm run build.");
  return new Map(checker.getExportsOfModule(symbol).map((exported) => [exported.name, original(checker, exported)]));
}

/** @param {ts.TypeChecker} checker @param {ts.Symbol} symbol */
function original(checker, symbol) {
  return symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
}

/**
 * All that a package exports, and what that extends without its being exported: it has members that users need.
 * @param {ts.TypeChecker} checker
 * @param {ReadonlyMap<string, ts.Symbol>} exported
 * @param {ReadonlySet<ts.Symbol>} everywhere what all packages export
 * @returns {Item[]}
 */
function itemsOf(checker, exported, everywhere) {
  /** @type {Set<ts.Symbol>} */
  const bases = new Set();
  const waiting = [...exported.values()];
  for (let symbol = waiting.pop(); symbol; symbol = waiting.pop()) {
    for (const base of basesOf(checker, symbol)) {
      if (everywhere.has(base) || bases.has(base)) continue;
      bases.add(base);
      waiting.push(base);
    }
  }
  return [
    ...Array.from(exported, ([name, symbol]) => itemOf(symbol, name, true)),
    ...Array.from(bases, (symbol) => itemOf(symbol, symbol.name.replace(/\$\d+$/, ""), false)),
  ].sort((a, b) => a.name.localeCompare(b.name, "en"));
}

/** What a class or an interface of ours extends. @param {ts.TypeChecker} checker @param {ts.Symbol} symbol */
function basesOf(checker, symbol) {
  return (symbol.declarations ?? [])
    .flatMap((node) =>
      ts.isClassDeclaration(node) || ts.isInterfaceDeclaration(node) ? [...(node.heritageClauses ?? [])] : [],
    )
    .flatMap((clause) => clause.types.map(({ expression }) => checker.getSymbolAtLocation(expression)))
    .flatMap((base) => (base ? [original(checker, base)] : []))
    .filter((base) => base.declarations?.some((node) => /\bpackages\/\w+\/dist\//.test(node.getSourceFile().fileName)));
}

/**
 * @param {ts.Symbol} symbol
 * @param {string} name
 * @param {boolean} isExported
 * @returns {Item}
 */
function itemOf(symbol, name, isExported) {
  const declarations = symbol.declarations ?? [];
  const statements = declarations.map((node) => (ts.isVariableDeclaration(node) ? node.parent.parent : node));
  const [first] = statements;
  if (!first) throw new Error(`${name} should be declared somewhere.`);
  const text = statements.map((node) => shown(node.getText()));
  const documented = statements.find((node) => jsDocOf(node.getFullText()) !== "") ?? first;
  return {
    name,
    group: groupOf(first),
    declaration: text.join("\n"),
    doc: jsDocOf(documented.getFullText()),
    isExported,
  };
}

/** @param {ts.Node} node @returns {Item["group"]} */
function groupOf(node) {
  if (ts.isClassDeclaration(node)) return "Classes";
  if (ts.isFunctionDeclaration(node)) return "Functions";
  return ts.isVariableStatement(node) ? "Constants" : "Types";
}

/** A declaration without what is private, and without a type that would fill a page. @param {string} text */
function shown(text) {
  const open = text
    .replace(/^(export |declare )+/, "")
    .replace(/^ +#private;\n/m, "")
    .replace(/^ +private .*;\n/gm, "")
    .replace(/\b(\w+)\$\d+\b/g, "$1") // as a bundler tells two of one name apart
    .replace(/^( {4})+/gm, (indent) => " ".repeat(indent.length / 2));
  const [head = "", kind = ""] = /^const \w+: (\w+)/.exec(open) ?? [];
  return kind !== "" && open.length > LONGEST_TYPE ? `${head}<…>;` : open;
}

/**
 * @typedef {object} Index
 * @property {ReadonlyMap<string, string>} pages where each name is explained
 * @property {ReadonlyMap<string, readonly string[]>} users what each type is for
 */

/** @param {string} name @param {readonly Item[]} items @param {Index} index */
function page(name, items, index) {
  const parts = GROUPS.flatMap((group) => {
    const own = items.filter((item) => item.group === group);
    return own.length === 0 ? [] : [`## ${group}`, ...own.map((item) => section(item, index))];
  });
  const intro = `All that [@unroll/${name}](../packages/${name}) exports, with its equations, shapes and errors. A member that a class
inherits stands with the class that it is from.`;
  return [
    "---\noutline: [2, 3]\neditLink: false\npageClass: api\n---",
    `# API of @unroll/${name}`,
    intro,
    ...parts,
  ].join("\n\n");
}

/** @param {Item} item @param {Index} index */
function section({ name, group, declaration, doc, isExported }, { pages, users }) {
  const heading = `${group === "Types" ? "####" : "###"} ${name} {#${name}}`;
  const note = isExported ? "" : "Not exported: what those that extend it have in common.";
  const code = `\`\`\`ts\n${declaration}\n\`\`\``;
  const named = users.get(name) ?? [];
  const uses =
    named.length > 0 && named.length <= MOST_USERS ? `Used by ${named.map((user) => `\`${user}\``).join(", ")}.` : "";
  return [heading, prose(doc, pages), note, code, prose(uses, pages)].filter((part) => part !== "").join("\n\n");
}
