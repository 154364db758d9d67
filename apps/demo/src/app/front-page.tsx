import { pages } from "./pages";

/** What a visitor sees first. @param unknown an address that names no page */
export function FrontPage({ unknown }: { readonly unknown: string }) {
  return (
    <>
      <h1>Sequence models, learning in front of you</h1>
      {unknown !== "" && (
        <p class="failure" role="alert">
          There is no page “{unknown}”. These are the pages that there are.
        </p>
      )}
      <p class="lead">
        Models that are trained from nothing, in this browser, on your own GPU. Change a setting, press start, watch
        what is learned, and try it meanwhile. Nothing that you type, draw or say leaves this device.
      </p>
      <ul class="cards">
        {pages.map(({ id, title, summary }) => (
          <li key={id}>
            <a href={`#/${id}`}>{title}</a>
            <p>{summary}</p>
          </li>
        ))}
      </ul>
    </>
  );
}
