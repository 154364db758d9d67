import "./lib/node-version.mjs";
import { join, relative } from "node:path";
import ts from "typescript";
import { root } from "./lib/root.mjs";
import { samplePages, samplesFolder, samplesOf } from "./lib/samples.mjs";

// Type-checks every TypeScript block of the documentation against the built packages, as a user's project would see them.
const pages = samplePages();
const samples = new Map(
  pages.flatMap((page) => samplesOf(page).map((sample) => [join(samplesFolder, `${sample.module}.ts`), sample])),
);

/** @type {ts.CompilerOptions} */
const options = {
  target: ts.ScriptTarget.ES2022,
  lib: [
    "lib.es2023.d.ts",
    "lib.dom.d.ts",
    "lib.dom.iterable.d.ts",
    "lib.dom.asynciterable.d.ts",
    "lib.esnext.disposable.d.ts",
  ],
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  moduleDetection: ts.ModuleDetectionKind.Force,
  types: ["@webgpu/types"],
  strict: true,
  noUncheckedIndexedAccess: true,
  exactOptionalPropertyTypes: true,
  verbatimModuleSyntax: true,
  noUnusedLocals: true,
  skipLibCheck: true,
  noEmit: true,
};
const files = ts.createCompilerHost(options);
/** @type {ts.CompilerHost} */
const host = {
  ...files,
  fileExists: (path) => samples.has(path) || files.fileExists(path),
  readFile: (path) => samples.get(path)?.code ?? files.readFile(path),
  getSourceFile(path, target) {
    const sample = samples.get(path);
    return sample ? ts.createSourceFile(path, sample.code, target) : files.getSourceFile(path, target);
  },
};

const program = ts.createProgram([...samples.keys()], options, host);
const problems = ts.getPreEmitDiagnostics(program);
for (const { file, start = 0, messageText } of problems) {
  const text = ts.flattenDiagnosticMessageText(messageText, "\n");
  const line = file ? file.getLineAndCharacterOfPosition(start).line + 1 : 0;
  const page = file && samples.get(file.fileName)?.name.replace(/:\d+$/, "");
  process.stderr.write(`${page ?? (file ? relative(root, file.fileName) : "options")}:${line}: ${text}\n`);
}
const blocks = `${samples.size} programs of ${pages.length} pages`;
process.stdout.write(`${blocks}: ${problems.length} problems\n`);
if (problems.length > 0) process.exitCode = 1;
