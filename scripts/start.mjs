import "./lib/node-version.mjs";

const help = `npm start [-- OPTIONS]

Installs, builds, finds or installs a Chrome, and trains a model that tells which language a name is from, in headless
Chrome. Prints its score and writes runs/names/. The options are those of "npm run train -- names"; see
"npm run train -- names --help".
`;

const args = process.argv.slice(2);
if (args.includes("--help")) {
  process.stdout.write(help);
} else {
  const { runApp } = await import("./lib/app.mjs");
  await runApp("train", ["names", ...args]);
}
