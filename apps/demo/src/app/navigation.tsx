import { pages } from "./pages";

export function Navigation({ current }: { readonly current: string | undefined }) {
  return (
    <header class="site">
      <a class="brand" href="#/" aria-current={current === undefined ? "page" : undefined}>
        Unroll
      </a>
      <nav aria-label="Pages">
        <ul>
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
