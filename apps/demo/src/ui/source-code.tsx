import { Scrollable } from "./scrollable";

/** Source code that the build coloured. */
export function SourceCode({ html, label }: { readonly html: string; readonly label: string }) {
  return (
    <Scrollable label={label}>
      {/* made while building, from a file of this app */}
      <div class="code" dangerouslySetInnerHTML={{ __html: html }} />
    </Scrollable>
  );
}
