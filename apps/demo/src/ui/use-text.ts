import { useEffect, useState } from "preact/hooks";

/** The text of a file beside the scripts: "" until it is there, null where it could not be fetched. */
export function useText(url: string): string | null {
  const [text, setText] = useState<string | null>("");
  useEffect(() => {
    let isShown = true;
    const show = (found: string | null) => isShown && setText(found);
    fetch(url)
      .then((response) => (response.ok ? response.text() : null))
      .then(show, () => show(null));
    return () => {
      isShown = false;
    };
  }, [url]);
  return text;
}
