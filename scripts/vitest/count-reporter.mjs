import { writeFileSync } from "node:fs";

const projects = [
  "node",
  ...["gpu", "gpu-default-limits", "gpu-timed", "gpu-timed-default-limits"].map((name) => `${name} (chrome)`),
];
const silenceMs = 15 * 60_000;

/** Whether the user asked for a part of the tests; only a whole run must have tests in every project. */
function isPartial() {
  const args = process.argv.slice(2);
  const ours = (/** @type {string} */ arg) => arg === "run" || arg.startsWith("--reporter=");
  return args.some((arg) => !ours(arg));
}

/**
 * Writes `{ passed, failed }` to the file that UNROLL_COUNTS names. Failed counts tests, files that could not be
 * collected, errors outside of any test, projects in which nothing ran, and tests that are skipped: a suite that skips
 * would stay green on a machine where nothing works.
 */
export default class CountReporter {
  /** @type {NodeJS.Timeout | undefined} */
  timer;

  onTestRunStart() {
    this.heard();
  }

  onTestCaseResult() {
    this.heard();
  }

  /** A page whose thread hangs is never heard of again, and Vitest would wait for it for ever. */
  heard() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      process.stderr.write(`FAILED vitest: no test ended for ${silenceMs / 60_000} minutes\n`);
      process.exit(1);
    }, silenceMs);
  }

  /**
   * @param {readonly import("vitest/node").TestModule[]} modules
   * @param {readonly unknown[]} unhandled
   */
  onTestRunEnd(modules, unhandled) {
    clearTimeout(this.timer);
    let passed = 0;
    let failed = unhandled.length;
    /** @type {Set<string>} */
    const ran = new Set();
    for (const module of modules) {
      if (module.errors().length > 0) failed += 1;
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        if (state === "passed") passed += 1;
        else if (state === "failed" || !isPartial()) {
          failed += 1;
          if (state !== "failed") process.stderr.write(`FAILED ${test.fullName}: it was ${state}\n`);
        }
        ran.add(module.project.name);
      }
    }
    for (const project of isPartial() ? [] : projects.filter((name) => !ran.has(name))) {
      failed += 1;
      process.stderr.write(`FAILED project ${project}: no test ran\n`);
    }
    const file = process.env.UNROLL_COUNTS;
    if (file !== undefined) writeFileSync(file, JSON.stringify({ passed, failed }));
  }
}
