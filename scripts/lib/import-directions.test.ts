import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { importProblems } from "./import-directions.mjs";

let folder: string;

function write(path: string, content: string | object): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), typeof content === "string" ? content : JSON.stringify(content));
}

const workspace = "workspace:*";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "unroll-imports-"));
  write("packages/testing/package.json", { private: true, dependencies: { puppeteer: "1.0.0" } });
  write("packages/kernels/package.json", { devDependencies: { "@unroll/testing": workspace } });
  write("packages/kernels/src/core/open.ts", `export { plan } from "../plan";`);
  write("packages/kernels/src/open.test.ts", `import { normal } from "@unroll/testing";`);
  write("packages/nn/package.json", { dependencies: { "@unroll/kernels": workspace } });
  write("packages/nn/src/index.ts", `export { open } from "@unroll/kernels";`);
  write("apps/train/package.json", { dependencies: { "@unroll/nn": workspace, "@unroll/kernels": workspace } });
  write("apps/train/src/cli.ts", `import { LSTM } from "@unroll/nn";\nconst lazy = await import("@unroll/kernels");`);
});

afterEach(() => rmSync(folder, { recursive: true }));

test("the order of packages as it should be has no problems", () => {
  expect(importProblems(folder)).toEqual([]);
});

test("a dependency against the order is a problem, also one for development only", () => {
  write("packages/kernels/package.json", {
    dependencies: { "@unroll/nn": workspace },
    devDependencies: { "@unroll/testing": workspace },
  });
  write("packages/testing/package.json", { private: true, devDependencies: { "@unroll/kernels": workspace } });
  expect(importProblems(folder)).toEqual([
    "packages/kernels: must not depend on @unroll/nn",
    "packages/kernels: must not know @unroll/nn",
    "packages/testing: must not know @unroll/kernels",
  ]);
});

test("a dependency from outside in a published package is a problem", () => {
  write("packages/nn/package.json", { dependencies: { "@unroll/kernels": workspace, lodash: "4.0.0" } });
  expect(importProblems(folder)).toEqual([
    "packages/nn: a published package has no runtime dependencies, but this one lists @unroll/kernels,lodash",
  ]);
});

test("an import of a package that the manifest does not list is a problem, however it is written", () => {
  write("packages/nn/src/a.ts", `import type { Names } from "@unroll/data";`);
  write("packages/nn/src/b.ts", `const data = await import("@unroll/data/sub");`);
  write("packages/nn/src/c.ts", `import "@unroll/attention";`);
  write("apps/train/src/view.tsx", `import { Names } from "@unroll/data";`);
  expect(importProblems(folder)).toEqual([
    "packages/nn/src/a.ts: imports @unroll/data, which packages/nn/package.json does not list",
    "packages/nn/src/b.ts: imports @unroll/data/sub, which packages/nn/package.json does not list",
    "packages/nn/src/c.ts: imports @unroll/attention, which packages/nn/package.json does not list",
    "apps/train/src/view.tsx: imports @unroll/data, which apps/train/package.json does not list",
  ]);
});

test("what is listed for development alone is for tests, not for what is shipped", () => {
  write("packages/kernels/src/core/seeded.ts", `import { normal } from "@unroll/testing";`);
  write("packages/kernels/src/test-support/draws.ts", `import { normal } from "@unroll/testing";`);
  expect(importProblems(folder)).toEqual([
    "packages/kernels/src/core/seeded.ts: imports @unroll/testing, which packages/kernels/package.json lists for development alone",
  ]);
});

test("a relative import that leaves its package is a problem", () => {
  write("packages/nn/src/a.ts", `export { open } from "../../kernels/src/core/open";`);
  expect(importProblems(folder)).toEqual(["packages/nn/src/a.ts: ../../kernels/src/core/open leaves the package"]);
});

test("a package with no place in the order is a problem", () => {
  write("packages/extra/package.json", {});
  expect(importProblems(folder)).toEqual([
    "packages/extra: its place in the order of packages is not known to scripts/lib/import-directions.mjs",
  ]);
});
