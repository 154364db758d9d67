/** A captioner unrolled: a grid of cells made of the picture, and a decoder that looks at it before each word. */
export function CaptionerDrawing() {
  const words = ["a", "red", "circle", "end"];
  const [left, step, y] = [250, 84, 92];
  const strengths = [0.1, 0.15, 0.1, 0.85, 0.5, 0.1, 0.2, 0.1, 0.1];
  return (
    <svg
      class="unrolled"
      viewBox="0 0 600 190"
      style={{ minWidth: "480px", maxWidth: "600px" }}
      role="img"
      aria-label="Convolutions make a grid of cells of the picture. A decoder says a red circle, word by word, and looks at the cells before each."
    >
      <defs>
        <marker id="caption-arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">
          <path d="M0 0 8 4 0 8z" fill="currentColor" />
        </marker>
      </defs>
      <rect x="10" y="56" width="72" height="72" fill="#b4b8bc" />
      <rect x="18" y="76" width="32" height="32" fill="#ffffff" />
      <circle cx="34" cy="92" r="12" fill="#d92626" />
      <rect x="58" y="62" width="18" height="18" fill="#2a55d4" />
      <text x="46" y="146">
        picture
      </text>
      <line x1="86" x2="120" y1="92" y2="92" marker-end="url(#caption-arrow)" />
      {strengths.map((strength, cell) => (
        <rect
          key={cell}
          class="cell"
          x={126 + (cell % 3) * 24}
          y={56 + Math.floor(cell / 3) * 24}
          width="24"
          height="24"
          style={{ fill: `color-mix(in srgb, var(--accent) ${100 * strength}%, var(--raised))` }}
        />
      ))}
      <text x="162" y="146">
        cells
      </text>
      {words.map((word, t) => (
        <g key={word}>
          <line
            x1="202"
            x2={left + t * step + 10}
            y1={92}
            y2={y + 20}
            stroke-opacity={t === 1 ? 1 : 0.35}
            marker-end="url(#caption-arrow)"
          />
          <rect class="cell" x={left + t * step} y={y - 17} width="52" height="34" rx="6" />
          <text x={left + t * step + 26} y={y}>
            h
          </text>
          <line
            x1={left + t * step + 26}
            x2={left + t * step + 26}
            y1={y - 17}
            y2="36"
            marker-end="url(#caption-arrow)"
          />
          <text x={left + t * step + 26} y="22">
            {word}
          </text>
          <text x={left + t * step + 26} y="160">
            {t === 0 ? "start" : words[t - 1]}
          </text>
          <line
            x1={left + t * step + 26}
            x2={left + t * step + 26}
            y1="148"
            y2={y + 17}
            marker-end="url(#caption-arrow)"
          />
          {t + 1 < words.length && (
            <line x1={left + t * step + 52} x2={left + (t + 1) * step} y1={y} y2={y} marker-end="url(#caption-arrow)" />
          )}
        </g>
      ))}
    </svg>
  );
}
