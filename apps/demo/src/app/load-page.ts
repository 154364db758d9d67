import type { ComponentType } from "preact";
import type { PageId } from "./pages";

const modules = import.meta.glob<{ readonly Page: ComponentType }>("../pages/*/page.tsx");
const front = () => import("./front-page");

/** The code of a page, or of the first that a visitor sees: fetched when it is opened. */
export async function loadPage(id: PageId | null): Promise<ComponentType> {
  const load = id === null ? front : modules[`../pages/${id}/page.tsx`];
  if (!load) throw new Error(`There is no page ${id}.`);
  return (await load()).Page;
}
