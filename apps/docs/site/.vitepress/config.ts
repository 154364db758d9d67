import { defineConfig } from "vitepress";
import { PACKAGES } from "../../build/packages.mjs";

const guides = {
  "What it can learn": "index",
  "Get started": "getting-started",
  Memory: "memory",
  "Gradients through time": "gradients",
  Names: "names",
  Writing: "writing",
  Tagging: "tagging",
  Sentiment: "sentiment",
  Translation: "translation",
  Pronunciation: "pronunciation",
  Captions: "captions",
  "CTC: labels without times": "ctc",
  Handwriting: "handwriting",
  Anomalies: "anomalies",
  Music: "music",
  Transformer: "transformer",
  "The zoo of cells": "cells",
  Streams: "streams",
  "Fine-tuning": "fine-tuning",
  Bench: "bench",
};
const links = (folder: string, pages: Readonly<Record<string, string>>) =>
  Object.entries(pages).map(([text, page]) => ({ text, link: `/${folder}/${page === "index" ? "" : page}` }));

const ICON =
  "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'><path d='M2 8a3 3 0 1 1 6 0 3 3 0 1 0 6 0' fill='none' stroke='%230b63b0' stroke-width='2'/></svg>";

export default defineConfig({
  title: "Unroll",
  description: "Sequence models that train on WebGPU inside a web page: guides, packages and their API.",
  lang: "en",
  base: process.env.DOCS_BASE ?? "/", // where it will be served, with a slash at both ends
  outDir: "../dist/site",
  cacheDir: "../.unroll/vitepress",
  srcExclude: ["generated/**"],
  head: [["link", { rel: "icon", href: ICON }]],
  vite: { build: { chunkSizeWarningLimit: 2000 } }, // the API of a package is one page
  markdown: {
    theme: { light: "github-light-high-contrast", dark: "github-dark-high-contrast" },
  },
  themeConfig: {
    nav: [
      { text: "Get started", link: "/guide/getting-started" },
      { text: "Guides", link: "/guide/", activeMatch: "^/guide/(?!getting-started)" },
      { text: "Packages", link: "/packages/", activeMatch: "^/(packages|api)/" },
      { text: "Performance", link: "/internals/performance" },
    ],
    sidebar: [
      { text: "Guides", items: links("guide", guides) },
      {
        text: "Coming from",
        items: links("coming-from", { PyTorch: "pytorch", Keras: "keras", "TensorFlow.js": "tensorflow-js" }),
      },
      {
        text: "Packages",
        items: [
          { text: "All five", link: "/packages/" },
          ...PACKAGES.map((name) => ({
            text: `@unroll/${name}`,
            link: `/packages/${name}`,
            collapsed: true,
            items: [{ text: "API", link: `/api/${name}` }],
          })),
        ],
      },
      {
        text: "How it works",
        items: links("internals", {
          "How a kernel is written": "kernels",
          "One batch, file by file": "one-batch",
          Performance: "performance",
        }),
      },
    ],
    outline: [2, 3],
    search: {
      provider: "local",
      options: {
        miniSearch: {
          searchOptions: {
            // before the guides comes only the very name that was typed; kernels are what few look for
            boostDocument: (id: string, term: string) => {
              if (!id.includes("/api/")) return 1;
              if (id.split("#")[1]?.toLowerCase() !== term) return 0.1;
              return id.includes("/api/kernels") ? 0.5 : 1;
            },
          },
        },
        _render: (source, environment, md) =>
          md.render(isApi(environment.relativePath) ? headingsOf(source) : source, environment),
      },
    },
    footer: { message: "MIT licence" },
  },
});

/** The API is long: it is searched by its names, the pages that say how to use it by all their words. */
function headingsOf(source: string): string {
  return source.match(/^#{1,4} .*$/gm)?.join("\n\n") ?? "";
}

function isApi(path: string): boolean {
  return path.startsWith("api/");
}
