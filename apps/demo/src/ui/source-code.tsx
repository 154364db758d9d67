import { useEffect, useState } from "preact/hooks";
import { Scrollable } from "./scrollable";

/** Source code that the build coloured. @param url where it lies, as HTML */
export function SourceCode({ url, label }: { readonly url: string; readonly label: string }) {
  const [html, setHtml] = useState<string | null>("");
  useEffect(() => {
    let isShown = true;
    const show = (text: string | null) => isShown && setHtml(text);
    fetch(url)
      .then((response) => (response.ok ? response.text() : null))
      .then(show, () => show(null));
    return () => {
      isShown = false;
    };
  }, [url]);
  if (html === null) return <p class="muted">The code could not be fetched. Reload the page.</p>;
  return (
    <Scrollable label={label}>
      {/* made while building, from a file of this app */}
      <div class="code" dangerouslySetInnerHTML={{ __html: html }} />
    </Scrollable>
  );
}
