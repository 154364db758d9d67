import { useEffect, useRef } from "preact/hooks";
import { formatFixed, formatNumber } from "../../../ui/format";
import { errorAt, type Point } from "./descent";

const CELLS = 140;

/** What the map shows. */
export const REGION = { w: [2, 9], b: [-5, -1] } as const;

/** The error over w and b, dark where it is small, and ways down it. */
export function ErrorMap({
  paths,
  onChoose,
}: {
  readonly paths: readonly { readonly points: readonly Point[]; readonly kind: string }[];
  readonly onChoose: (point: Point) => void;
}) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const context = canvas.current?.getContext("2d");
    if (context) context.putImageData(surface(), 0, 0);
  }, []);
  const across = ({ w }: Point) => (CELLS * (w - REGION.w[0])) / (REGION.w[1] - REGION.w[0]);
  const up = ({ b }: Point) => CELLS - (CELLS * (b - REGION.b[0])) / (REGION.b[1] - REGION.b[0]);
  const ends = paths.map(({ kind, points }) => {
    const { w, b } = points.at(-1) ?? { w: 0, b: 0 };
    return `${kind}: ends at w ${formatFixed(w, 2)}, b ${formatFixed(b, 2)}`;
  });
  return (
    <div class="map">
      <canvas ref={canvas} width={CELLS} height={CELLS} />
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: by the keyboard one chooses in the fields beside it */}
      <svg
        viewBox={`0 0 ${CELLS} ${CELLS}`}
        role="img"
        aria-label={`The error over w from ${REGION.w.map(formatNumber).join(" to ")} and b from ${REGION.b.map(formatNumber).join(" to ")}. ${ends.join(". ")}.`}
        onClick={(event) => {
          const { left, top, width, height } = event.currentTarget.getBoundingClientRect();
          const share = (event.clientX - left) / width;
          const height01 = 1 - (event.clientY - top) / height;
          onChoose({
            w: Number((REGION.w[0] + share * (REGION.w[1] - REGION.w[0])).toFixed(2)),
            b: Number((REGION.b[0] + height01 * (REGION.b[1] - REGION.b[0])).toFixed(2)),
          });
        }}
      >
        {paths.map(({ kind, points }) => (
          <polyline key={kind} class={kind} points={points.map((point) => `${across(point)},${up(point)}`).join(" ")} />
        ))}
        {paths[0]?.points[0] && <circle cx={across(paths[0].points[0])} cy={up(paths[0].points[0])} r="2" />}
      </svg>
    </div>
  );
}

/** The error as shades, by its logarithm: it falls over many powers of ten. */
function surface(): ImageData {
  const image = new ImageData(CELLS, CELLS);
  for (let row = 0; row < CELLS; row++) {
    for (let column = 0; column < CELLS; column++) {
      const w = REGION.w[0] + ((column + 0.5) / CELLS) * (REGION.w[1] - REGION.w[0]);
      const b = REGION.b[1] - ((row + 0.5) / CELLS) * (REGION.b[1] - REGION.b[0]);
      const exponent = Math.log10(Math.max(errorAt({ w, b }).error, 1e-4)); // from −4 to 0
      const shade = 70 + 150 * (1 + exponent / 4);
      image.data.set([shade * 0.75, shade * 0.88, shade, 255], 4 * (row * CELLS + column));
    }
  }
  return image;
}
