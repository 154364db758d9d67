import type { ComponentType } from "preact";
import { route } from "../app/router";

/** One of several things that a page shows, one at a time. */
export interface Part {
  readonly id: string;
  readonly title: string;
  readonly View: ComponentType;
}

/** The parts of a page, of which the address says which is shown. */
export function Parts({ page, parts }: { readonly page: string; readonly parts: readonly [Part, ...Part[]] }) {
  const shown = parts.find(({ id }) => id === route.value.part) ?? parts[0];
  return (
    <>
      <nav class="parts" aria-label="Parts of this page">
        <ul>
          {parts.map(({ id, title }) => (
            <li key={id}>
              <a href={`#/${page}/${id}`} aria-current={id === shown.id ? "page" : undefined}>
                {title}
              </a>
            </li>
          ))}
        </ul>
      </nav>
      <shown.View key={shown.id} />
    </>
  );
}
