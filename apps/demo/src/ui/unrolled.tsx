/** What goes in and comes out at a step; a step without one has no arrow there. */
export interface DrawnStep {
  readonly input?: string;
  readonly output?: string;
}

const WIDTH = 88;
const BOX = { width: 52, height: 34 };
const ROW = 62;

/**
 * A recurrent model unrolled in time: a box for each step of each layer, its input below, its output above, and what it
 * remembers going to the next.
 */
export function Unrolled({
  steps,
  layers = 1,
  isBidirectional = false,
  cell,
  label,
}: {
  readonly steps: readonly DrawnStep[];
  readonly layers?: number;
  readonly isBidirectional?: boolean;
  /** What stands in a box. */
  readonly cell: string;
  /** The drawing in words. */
  readonly label: string;
}) {
  const width = steps.length * WIDTH;
  const height = (layers + 1) * ROW + 24;
  const centre = (step: number) => step * WIDTH + WIDTH / 2;
  /** Upper edge of a layer's boxes; layer 0 is the lowest. */
  const top = (layer: number) => height - ROW - (layer + 1) * ROW + (ROW - BOX.height) / 2 + 8;
  const layerList = Array.from({ length: layers }, (_, layer) => layer);
  return (
    <svg
      class="unrolled"
      viewBox={`0 0 ${width} ${height}`}
      style={{ maxWidth: `${width}px` }}
      role="img"
      aria-label={label}
    >
      <defs>
        <marker
          id="arrow"
          viewBox="0 0 8 8"
          refX="7"
          refY="4"
          markerWidth="7"
          markerHeight="7"
          orient="auto-start-reverse"
        >
          <path d="M0 0 8 4 0 8z" fill="currentColor" />
        </marker>
      </defs>
      {steps.map(({ input, output }, step) => (
        // the steps of a drawing never change places
        <g key={step}>
          {layerList.map((layer) => (
            <g key={layer}>
              <rect class="cell" x={centre(step) - BOX.width / 2} y={top(layer)} {...BOX} rx="6" />
              <text x={centre(step)} y={top(layer) + BOX.height / 2}>
                {cell}
              </text>
              {step + 1 < steps.length && (
                <line
                  x1={centre(step) + BOX.width / 2}
                  x2={centre(step + 1) - BOX.width / 2}
                  y1={top(layer) + BOX.height / 2}
                  y2={top(layer) + BOX.height / 2}
                  marker-end="url(#arrow)"
                  marker-start={isBidirectional ? "url(#arrow)" : undefined}
                />
              )}
              {layer > 0 && (
                <line
                  x1={centre(step)}
                  x2={centre(step)}
                  y1={top(layer - 1)}
                  y2={top(layer) + BOX.height}
                  marker-end="url(#arrow)"
                />
              )}
            </g>
          ))}
          {input !== undefined && (
            <>
              <line
                x1={centre(step)}
                x2={centre(step)}
                y1={height - 24}
                y2={top(0) + BOX.height}
                marker-end="url(#arrow)"
              />
              <text x={centre(step)} y={height - 10}>
                {input}
              </text>
            </>
          )}
          {output !== undefined && (
            <>
              <line x1={centre(step)} x2={centre(step)} y1={top(layers - 1)} y2={26} marker-end="url(#arrow)" />
              <text x={centre(step)} y={12}>
                {output}
              </text>
            </>
          )}
        </g>
      ))}
    </svg>
  );
}
