import { Scrollable } from "./scrollable";
import { useText } from "./use-text";

/** Equations that the build made into MathML. @param url where they lie, as HTML */
export function Equations({ url }: { readonly url: string }) {
  const html = useText(url);
  if (html === null) return <p class="muted">The equations could not be fetched. Reload the page.</p>;
  return (
    <Scrollable label="Equations">
      {/* made while building, from a file of this app */}
      <div dangerouslySetInnerHTML={{ __html: html }} />
    </Scrollable>
  );
}
