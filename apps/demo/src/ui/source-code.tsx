import { Scrollable } from "./scrollable";
import { useText } from "./use-text";

/** Source code that the build coloured. @param url where it lies, as HTML */
export function SourceCode({ url, label }: { readonly url: string; readonly label: string }) {
  const html = useText(url);
  if (html === null) return <p class="muted">The code could not be fetched. Reload the page.</p>;
  return (
    <Scrollable label={label}>
      {/* made while building, from a file of this app */}
      <div class="code" dangerouslySetInnerHTML={{ __html: html }} />
    </Scrollable>
  );
}
