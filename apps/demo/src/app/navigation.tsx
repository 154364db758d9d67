import { useEffect, useRef } from "preact/hooks";
import { pages } from "./pages";

export function Navigation({ current }: { readonly current: string | undefined }) {
  const list = useRef<HTMLUListElement>(null);
  useEffect(() => {
    list.current?.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
  }, [current]);
  return (
    <header class="site">
      <a class="brand" href="#/" aria-current={current === undefined ? "page" : undefined}>
        Unroll
      </a>
      <nav aria-label="Pages">
        <ul ref={list}>
          {pages.map(({ id, title }) => (
            <li key={id}>
              <a href={`#/${id}`} aria-current={current === id ? "page" : undefined}>
                {title}
              </a>
            </li>
          ))}
        </ul>
      </nav>
    </header>
  );
}
