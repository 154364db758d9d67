import { expect, test } from "vitest";
import { stripWgsl } from "./strip-wgsl.mjs";

test("indentation and comments of WGSL go, lines and what is pasted stay", () => {
  const module = [
    "const a = 1; // kept: no WGSL",
    "const code = wgsl`",
    "    // a whole line",
    "    fn main() {",
    `      let n = \${a}u; // why`,
    `      let m = n / 2u; // of \${a} parts`,
    `      \${many.map((k) => \`let k\${k} = 0.0;\`).join("\\n")}`,
    "    }`;",
  ];
  expect(stripWgsl(module.join("\n")).split("\n")).toEqual([
    "const a = 1; // kept: no WGSL",
    "const code = wgsl`",
    "",
    "fn main() {",
    `let n = \${a}u;`,
    `let m = n / 2u; // of \${a} parts`,
    `\${many.map((k) => \`let k\${k} = 0.0;\`).join("\\n")}`,
    "}`;",
  ]);
});
