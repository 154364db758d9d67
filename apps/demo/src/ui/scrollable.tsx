import type { ComponentChildren } from "preact";

/** Something that may be wider than the screen: it scrolls by itself, by the keyboard too. */
export function Scrollable({ label, children }: { readonly label: string; readonly children: ComponentChildren }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: without the focus no keyboard could scroll it
    <section class="scroll" aria-label={label} tabIndex={0}>
      {children}
    </section>
  );
}
