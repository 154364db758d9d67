import { fileURLToPath } from "node:url";
import { serveSite } from "@unroll/testing/node";

const folder = fileURLToPath(new URL("site", import.meta.url));
serveSite({ command: "npm run demo", what: "gallery", folder, port: 4173 });
