import type { ComponentType } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { lab } from "../client/lab";
import { Failed } from "../ui/failed";
import { loadPage } from "./load-page";
import { Navigation } from "./navigation";
import { Pager } from "./pager";
import { type PageId, pages } from "./pages";
import { route } from "./router";

export function App() {
  const entry = pages.find(({ id }) => id === route.value.page);
  const { Page, error } = useLoadedPage(entry?.id ?? null);
  const main = useRef<HTMLElement>(null);
  const isFirst = useRef(true);
  useEffect(() => {
    document.title = entry ? `${entry.title} · Unroll gallery` : "Unroll gallery";
    if (!entry) void lab.close();
    // the browser knows of one document only: where it begins, and where the keyboard goes on, is for us to say
    if (!isFirst.current) main.current?.focus({ preventScroll: true });
    isFirst.current = false;
    scrollTo(0, 0);
  }, [entry]);
  return (
    <>
      <button type="button" class="skip" onClick={() => main.current?.focus()}>
        Skip to the page
      </button>
      <Navigation current={entry?.id} />
      <main id="main" ref={main} tabIndex={-1}>
        {entry && <h1>{entry.title}</h1>}
        {Page ? (
          <Page key={entry?.id} />
        ) : error === null ? (
          <p class="muted">Loading …</p>
        ) : (
          <NotLoaded error={error} />
        )}
        {entry && <Pager id={entry.id} />}
      </main>
    </>
  );
}

/** A page whose code did not come: no network, or another build on the server. */
function NotLoaded({ error }: { readonly error: unknown }) {
  return (
    <>
      <Failed error={error} />
      <button type="button" onClick={() => location.reload()}>
        Reload the page
      </button>
    </>
  );
}

interface Loaded {
  readonly Page: ComponentType | null;
  readonly error: unknown;
}

function useLoadedPage(id: PageId | null): Loaded {
  const [loaded, setLoaded] = useState<(Loaded & { id: PageId | null }) | null>(null);
  useEffect(() => {
    let isWanted = true;
    loadPage(id).then(
      (Page) => {
        if (isWanted) setLoaded({ id, Page, error: null });
      },
      (error: unknown) => {
        if (!isWanted) return;
        setLoaded({ id, Page: null, error });
        void lab.close(); // nothing shows what the page before trains
      },
    );
    return () => {
      isWanted = false;
    };
  }, [id]);
  return loaded && loaded.id === id ? loaded : { Page: null, error: null };
}
