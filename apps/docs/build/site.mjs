import { fileURLToPath } from "node:url";
import { build } from "vitepress";
import { writeApi } from "./api.mjs";
import { writePackagePages, writeParts } from "./pages.mjs";

// What is written elsewhere comes first: the API from the types that the packages publish, the packages' pages from their READMEs, parts of the
// repository's own README and CONTRIBUTING.md. Then VitePress makes dist/site of it all.
const site = fileURLToPath(new URL("../site", import.meta.url));
writeApi(`${site}/api`);
writePackagePages(`${site}/packages`);
writeParts(`${site}/generated`);
await build(site);
