import { signal } from "@preact/signals";

/** What the address names after its #, as in #/memory/hello: so the files work under any path. */
export interface Route {
  /** A page; "" is the front page. */
  readonly page: string;
  /** A part of the page; "" is its first. */
  readonly part: string;
}

function read(): Route {
  const [page = "", part = ""] = location.hash.replace(/^#\/?/, "").split("/");
  return { page, part };
}

export const route = signal(read());

addEventListener("hashchange", () => {
  route.value = read();
});
