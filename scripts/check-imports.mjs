import "./lib/node-version.mjs";
import { importProblems } from "./lib/import-directions.mjs";

const problems = importProblems();
for (const problem of problems) process.stderr.write(`${problem}\n`);
process.exitCode = problems.length === 0 ? 0 : 1;
