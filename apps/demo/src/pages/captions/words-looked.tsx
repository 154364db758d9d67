import { evenGeometry, imageAttentionSvg } from "@unroll/seq2seq";
import { useMemo } from "preact/hooks";
import { Scrollable } from "../../ui/scrollable";
import type { Captions } from "./experiment";
import { pictureOf } from "./scene-canvas";
import { SIDE } from "./settings";

const KINDS = [
  ["soft", "Soft: all cells, more or less"],
  ["hard", "Hard: one cell for each word"],
] as const;

/** What was said of a scene, and for each word a picture that is dark where was not looked. */
export function WordsLooked({ captions, where }: { readonly captions: Captions; readonly where: string }) {
  const { objects } = captions;
  const picture = useMemo(() => pictureOf(objects), [objects]);
  return (
    <>
      {KINDS.filter(([kind]) => captions[kind]).map(([kind, title]) => (
        <div key={kind}>
          <p>
            <span class="muted">{title}.</span>{" "}
            <strong data-said={kind}>{captions[kind]?.words.join(" ") || "nothing"}</strong>
          </p>
          <Strip where={where} kind={kind} captions={captions} picture={picture} />
        </div>
      ))}
    </>
  );
}

function Strip({
  where,
  kind,
  captions,
  picture,
}: {
  readonly where: string;
  readonly kind: "soft" | "hard";
  readonly captions: Captions;
  readonly picture: string;
}) {
  const { grid } = captions;
  const said = captions[kind];
  if (!said || said.words.length === 0) return null;
  const { words, weights } = said;
  const cells = grid[0] * grid[1];
  const svg = imageAttentionSvg(picture, {
    weights: { data: weights.slice(0, words.length * cells), shape: [words.length, cells] },
    grid,
    words,
    size: { width: 96, height: 96 },
    columns: words.length,
    upsample: { ...evenGeometry([SIDE, SIDE], grid), method: kind === "soft" ? "gaussian" : "nearest" },
  });
  return (
    <Scrollable label={`Where each word looked, ${where}: ${kind} attention`}>
      {/* drawn by @unroll/seq2seq, which escapes all words */}
      <div class="looked" dangerouslySetInnerHTML={{ __html: svg }} />
    </Scrollable>
  );
}
