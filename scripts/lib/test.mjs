import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "./build.mjs";
import { importProblems } from "./import-directions.mjs";
import { install } from "./install.mjs";
import { runNode, toolEnvironment } from "./processes.mjs";
import { root } from "./root.mjs";

/** @typedef {{ passed: number, failed: number }} Counts */

/**
 * Runs every test and the check of import directions; the last line printed is "N passed, N failed".
 * @param {readonly string[]} args options and filters for Vitest
 * @returns {Promise<number>} exit status
 */
export async function test(args) {
  const counts = earlierCounts();
  /** @param {string} name @param {() => unknown} run */
  const check = async (name, run) => {
    try {
      const value = await run();
      counts.passed += 1;
      return value;
    } catch (error) {
      counts.failed += 1;
      process.stderr.write(`FAILED ${name}: ${error instanceof Error ? error.message : String(error)}\n`);
      return undefined;
    }
  };

  const ready = await check("install and build", () => {
    install();
    build(join(root, "packages", "testing", "dist", "index.js"));
    return true;
  });
  if (ready) {
    await check("import directions", () => {
      const problems = importProblems();
      if (problems.length > 0) throw new Error(problems.join("\n"));
    });
    const browser = await check("browser", async () => {
      const { findBrowser } = await import(pathToFileURL(join(root, "packages/testing/dist/node/index.js")).href);
      return findBrowser();
    });
    if (browser !== undefined) {
      const { passed, failed } = await runVitest(args, String(browser));
      counts.passed += passed;
      counts.failed += failed;
    }
  }
  process.stdout.write(`${counts.passed} passed, ${counts.failed} failed\n`);
  return counts.failed === 0 ? 0 : 1;
}

/**
 * What .ci/run has checked before the tests, so that its last line counts everything.
 * @returns {Counts}
 */
function earlierCounts() {
  const [, passed = "0", failed = "0"] = /^(\d+) passed, (\d+) failed$/.exec(process.env.UNROLL_EARLIER ?? "") ?? [];
  return { passed: Number(passed), failed: Number(failed) };
}

/**
 * @param {readonly string[]} args
 * @param {string} browser
 * @returns {Promise<Counts>}
 */
async function runVitest(args, browser) {
  const folder = mkdtempSync(join(tmpdir(), "unroll-test-"));
  try {
    const file = join(folder, "counts.json");
    const vitest = join(root, "node_modules", "vitest", "vitest.mjs");
    const reporter = join(root, "scripts", "vitest", "count-reporter.mjs");
    const status = await runNode([vitest, "run", "--reporter=default", `--reporter=${reporter}`, ...args], {
      env: { ...toolEnvironment(), PUPPETEER_EXECUTABLE_PATH: browser, UNROLL_COUNTS: file },
    });
    if (!existsSync(file)) {
      process.stderr.write(`FAILED vitest: it ended with ${status} before it had counted its tests\n`);
      return { passed: 0, failed: 1 };
    }
    /** @type {Counts} */
    const counts = JSON.parse(readFileSync(file, "utf8"));
    // a failure that belongs to no test, such as a browser that would not close
    return status !== 0 && counts.failed === 0 ? { passed: counts.passed, failed: 1 } : counts;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
