import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import { lab } from "../client/lab";
import { FrontPage } from "./front-page";
import { Navigation } from "./navigation";
import { Pager } from "./pager";
import { loadPage, pages } from "./pages";
import { route } from "./router";

export function App() {
  const id = route.value.page;
  const entry = pages.find((page) => page.id === id);
  const Page = useLoadedPage(entry?.id);
  useEffect(() => {
    document.title = entry ? `${entry.title} · Unroll gallery` : "Unroll gallery";
    if (!entry) void lab.close();
    scrollTo(0, 0); // the browser knows of one document only
  }, [entry]);
  return (
    <>
      <button type="button" class="skip" onClick={() => document.querySelector<HTMLElement>("#main")?.focus()}>
        Skip to the page
      </button>
      <Navigation current={entry?.id} />
      <main id="main" tabIndex={-1}>
        {entry ? (
          <>
            <h1>{entry.title}</h1>
            {Page ? <Page key={entry.id} /> : <p class="muted">Loading …</p>}
            <Pager id={entry.id} />
          </>
        ) : (
          <FrontPage unknown={id} />
        )}
      </main>
    </>
  );
}

function useLoadedPage(id: string | undefined): ComponentType | null {
  const [loaded, setLoaded] = useState<{ id: string; Page: ComponentType } | null>(null);
  useEffect(() => {
    if (id === undefined) return;
    let isWanted = true;
    void loadPage(id).then((Page) => {
      if (isWanted) setLoaded({ id, Page });
    });
    return () => {
      isWanted = false;
    };
  }, [id]);
  return loaded && loaded.id === id ? loaded.Page : null;
}
