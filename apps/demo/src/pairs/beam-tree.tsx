import { formatFixed, formatPercent, visible } from "../ui/format";
import { Scrollable } from "../ui/scrollable";
import { type BeamNode, type BeamTree, bestPath } from "./beam-trace";
import "./beam-tree.css";

const [GAP, ROW, LEFT, TOP] = [24, 30, 34, 26];
/** Characters of a symbol that are drawn, and pixels of each. */
const [MOST, WIDE] = [8, 8];

/** A beam search: steps from left to right, of each the ways to go on that were looked at, the likeliest first. */
export function BeamTreeDrawing({ tree, beam }: { readonly tree: BeamTree; readonly beam: number }) {
  const best = bestPath(tree);
  const rows = tree.reduce((most, { length }) => Math.max(most, length), 1);
  const longest = tree.flat().reduce((most, { symbol }) => Math.max(most, symbol.length), 1);
  const box = { width: 40 + WIDE * Math.min(longest, MOST), height: 24 };
  const column = box.width + GAP;
  const [width, height] = [LEFT + tree.length * column + 8, TOP + rows * ROW + 4];
  const across = (step: number) => LEFT + step * column + column / 2;
  const down = (place: number) => TOP + place * ROW + ROW / 2;
  const from = (step: number, { parent }: BeamNode) =>
    parent < 0 ? { x: LEFT - 12, y: down((rows - 1) / 2) } : { x: across(step - 1) + box.width / 2, y: down(parent) };
  const isBest = (step: number, place: number) => best[step] === place;
  const written = best.map((place, step) => tree[step]?.[place]?.symbol ?? "").join(" ");
  const label = `Beam search with ${beam} ${beam === 1 ? "beam" : "beams"} over ${tree.length} steps. The likeliest way: ${written}.`;
  return (
    <>
      <Scrollable label="Beam search as a tree">
        <svg class="beam-tree" width={width} height={height} role="img" aria-label={label}>
          <circle cx={LEFT - 18} cy={down((rows - 1) / 2)} r="6" />
          {tree.map((_, step) => (
            <text key={step} class="step" x={across(step)} y={TOP / 2}>
              {step + 1}
            </text>
          ))}
          {tree.map((nodes, step) =>
            nodes.map((node, place) => {
              const { x, y } = from(step, node);
              const end = across(step) - box.width / 2;
              const middle = (x + end) / 2;
              return (
                <path
                  key={`${step}-${place}`}
                  class={`way ${node.fate} ${isBest(step, place) ? "best" : ""}`}
                  d={`M${x} ${y}C${middle} ${y} ${middle} ${down(place)} ${end} ${down(place)}`}
                />
              );
            }),
          )}
          {tree.map((nodes, step) =>
            nodes.map((node, place) => (
              <g key={`${step}-${place}`} class={`node ${node.fate} ${isBest(step, place) ? "best" : ""}`}>
                <title>{`${node.symbol}: ${formatPercent(node.probability)} here, ln p of all so far ${formatFixed(node.total, 2)}, ${WORDS[node.fate]}`}</title>
                <rect x={across(step) - box.width / 2} y={down(place) - box.height / 2} {...box} rx="5" />
                <text x={across(step) - box.width / 2 + 6} y={down(place)} class="symbol">
                  {shown(node.symbol)}
                </text>
                <text x={across(step) + box.width / 2 - 5} y={down(place)} class="share">
                  {node.probability < 0.005 ? "<1" : Math.round(100 * node.probability)}
                </text>
              </g>
            )),
          )}
        </svg>
      </Scrollable>
      <p class="muted beam-key">
        Numbers are percent, after what came before. <span class="key best">the likeliest way</span>{" "}
        <span class="key kept">a beam</span> <span class="key dropped">looked at and dropped</span>
      </p>
    </>
  );
}

const WORDS = { kept: "a beam", ended: "finished", dropped: "dropped" } as const;

/** A space can be seen, and a long word is cut. */
function shown(symbol: string): string {
  return symbol.length > MOST ? `${symbol.slice(0, MOST - 1)}…` : visible(symbol);
}
