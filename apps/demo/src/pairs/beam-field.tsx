const MOST_BEAMS = 5;

/** How many beams a search has. */
export function BeamField({ beam, onChange }: { readonly beam: number; readonly onChange: (beam: number) => void }) {
  return (
    <label class="inline">
      Beams{" "}
      <select value={beam} onChange={({ currentTarget }) => onChange(Number(currentTarget.value))}>
        {Array.from({ length: MOST_BEAMS }, (_, n) => (
          <option key={n} value={n + 1}>
            {n + 1}
          </option>
        ))}
      </select>
    </label>
  );
}
