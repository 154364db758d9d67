import { Scrollable } from "./scrollable";

/** Equations that the build made into MathML. */
export function Equations({ of }: { readonly of: readonly string[] }) {
  return (
    <Scrollable label="Equations">
      {of.map((mathml) => (
        // made while building, from a file of this app
        <div key={mathml} class="equation" dangerouslySetInnerHTML={{ __html: mathml }} />
      ))}
    </Scrollable>
  );
}
