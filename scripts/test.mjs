import "./lib/node-version.mjs";

const help = `npm test [-- OPTIONS AND FILTERS OF VITEST]

Installs, builds, finds or installs a Chrome, and runs every test: in Node, in headless Chrome on the device's limits,
and in headless Chrome on WebGPU's default limits. The last line is "N passed, N failed"; any failure exits non-zero.

  npm test -- --project node        only the tests in Node (or gpu, gpu-default-limits, gpu-timed, …)
  npm test -- packages/kernels      only the tests whose path contains this
`;

const args = process.argv.slice(2);
if (args.includes("--help")) {
  process.stdout.write(help);
} else {
  const { test } = await import("./lib/test.mjs");
  process.exitCode = await test(args);
}
