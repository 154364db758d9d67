// Imported first by every command, and so written for old versions of Node too.
const [major = 0] = process.versions.node.split(".").map(Number);

if (major < 20) {
  process.stderr.write(
    `unroll: Node 20 or newer is needed, but this is ${process.version}. Get one from https://nodejs.org and try again.\n`,
  );
  process.exit(1);
}
