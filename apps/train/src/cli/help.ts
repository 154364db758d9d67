import { type OptionTable, optionSyntax } from "./options";

const WIDTH = 100;

/** Options one below the other, what they take at the left and what they mean, wrapped, at the right. */
export function optionHelp(table: OptionTable): string {
  const rows = Object.entries(table).map(([name, option]) => [optionSyntax(name, option), option.help] as const);
  const left = Math.max(...rows.map(([syntax]) => syntax.length)) + 4;
  return rows
    .map(([syntax, help]) => `  ${syntax.padEnd(left - 2)}${wrap(help, WIDTH - left).join(`\n${" ".repeat(left)}`)}`)
    .join("\n");
}

/** Text in lines of at most `width` characters, broken between words. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
