import { pages } from "./pages";

/** The pages before and after one, in the order in which they are best read. */
export function Pager({ id }: { readonly id: string }) {
  const at = pages.findIndex((page) => page.id === id);
  const [before, after] = [pages[at - 1], pages[at + 1]];
  return (
    <nav class="pager" aria-label="Neighbouring pages">
      {before && (
        <a href={`#/${before.id}`} rel="prev">
          ← {before.title}
        </a>
      )}
      {after && (
        <a href={`#/${after.id}`} rel="next">
          {after.title} →
        </a>
      )}
    </nav>
  );
}
