import { WGSL_LIBRARY } from "../wgsl/library";

/** Tags WGSL source so that editors highlight it; numbers and nested snippets are pasted as they are. */
export function wgsl(strings: TemplateStringsArray, ...values: readonly (string | number)[]): string {
  return String.raw({ raw: strings }, ...values);
}

/** The library functions that `code` calls, with what those call in turn, each once and before its first use. */
export function libraryFor(code: string): string {
  const needed = new Set<string>();
  const visit = (text: string): void => {
    for (const [name, source] of Object.entries(WGSL_LIBRARY)) {
      if (needed.has(name) || !new RegExp(`\\b${name}\\s*\\(`).test(text)) continue;
      visit(source.replace(new RegExp(`fn ${name}\\(`), ""));
      needed.add(name);
    }
  };
  visit(code);
  return [...needed].map((name) => WGSL_LIBRARY[name]).join("\n");
}
