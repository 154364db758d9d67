const PLACES = ["3", "1", "4", "1", "5"];
const WIDTH = 88;
const BOX = { width: 52, height: 34 };
/** Centres of the boxes of each layer, from below. */
const LAYERS = [196, 92];
const HEIGHT = 280;

/** Two layers in which every place looks at every other: there is no before and after. */
export function AttentionDrawing() {
  const width = PLACES.length * WIDTH;
  const centre = (place: number) => place * WIDTH + WIDTH / 2;
  const label =
    "Five digits go in, each with its position. In each of two layers every place is connected to all places below it. The digits come out from last to first.";
  return (
    <svg
      class="unrolled attention-drawing"
      viewBox={`0 0 ${width} ${HEIGHT}`}
      style={{ maxWidth: `${width}px` }}
      role="img"
      aria-label={label}
    >
      {LAYERS.map((y) =>
        PLACES.map((_, to) =>
          PLACES.map((_, from) => (
            <line
              key={`${y} ${to} ${from}`}
              class={from + to === PLACES.length - 1 && y === LAYERS[1] ? "strong" : "weak"}
              x1={centre(from)}
              x2={centre(to)}
              y1={y === LAYERS[0] ? HEIGHT - 26 : (LAYERS[0] ?? 0) - BOX.height / 2}
              y2={y + BOX.height / 2}
            />
          )),
        ),
      )}
      {PLACES.map((digit, place) => (
        // the places of a drawing never change
        <g key={place}>
          {LAYERS.map((y) => (
            <g key={y}>
              <rect class="cell" x={centre(place) - BOX.width / 2} y={y - BOX.height / 2} {...BOX} rx="6" />
              <text x={centre(place)} y={y}>
                {place + 1}
              </text>
            </g>
          ))}
          <text x={centre(place)} y={HEIGHT - 12}>
            {digit}
          </text>
          <line x1={centre(place)} x2={centre(place)} y1={(LAYERS[1] ?? 0) - BOX.height / 2} y2={28} />
          <text x={centre(place)} y={14}>
            {PLACES.at(-1 - place)}
          </text>
        </g>
      ))}
    </svg>
  );
}
