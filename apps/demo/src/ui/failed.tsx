/** An error where it arose, in its own words; nothing where there is none. */
export function Failed({ error }: { readonly error: unknown }) {
  if (error === null || error === undefined) return null;
  return (
    <p class="failure notice" role="alert">
      {error instanceof Error ? error.message : String(error)}
    </p>
  );
}
