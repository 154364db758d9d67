import "./lib/node-version.mjs";

const { runApp } = await import("./lib/app.mjs");
await runApp("docs", process.argv.slice(2));
