import { evenGeometry, imageAttentionSvg } from "@unroll/seq2seq";
import type { Json } from "@unroll/testing/node";
import type { Drawing } from "../protocol";
import { cellOf } from "./attended";
import { isName, SIDE } from "./scene";

/** A scene, what was said of it with soft and with hard attention, and where the model looked for each word. */
export type CaptionExample = {
  caption: string;
  /** A PNG as a data URL. */
  picture: string;
  grid: number[];
  /** Soft, then hard; weights [words + 1, rows·columns]. */
  said: { words: string[]; weights: number[] }[];
};

export type CaptionDetail = CaptionExample[];

const KINDS = ["soft", "hard"] as const;

/** What was said, and for each name the cell that counted most. */
export function describeCaptions(detail: Json): string {
  const examples = detail as CaptionDetail; // as the page's side made it
  return examples
    .flatMap(({ caption, said, grid }) => [
      `  ${caption}`,
      ...said.map(({ words, weights }, which) => {
        const [rows = 1, columns = 1] = grid;
        const looked = words.map((word, t) => {
          if (!isName(word)) return word;
          const cell = cellOf({ weights }, t, [rows, columns]);
          return `${word}@${Math.floor(cell / columns) + 1},${(cell % columns) + 1}`;
        });
        return `    ${KINDS[which]}: ${looked.join(" ")}`;
      }),
    ])
    .join("\n");
}

/** Each scene once for each word, dark where the model did not look. */
export function drawCaptions(detail: Json): Drawing[] {
  const examples = detail as CaptionDetail;
  return examples.flatMap(({ picture, grid: [rows = 1, columns = 1], said }, n) =>
    said.map(({ words, weights }, which) => {
      const labels = [...words, "end"];
      const svg = imageAttentionSvg(
        picture,
        {
          weights: { data: weights, shape: [labels.length, rows * columns] },
          ...{ grid: [rows, columns], words: labels },
          upsample: { ...evenGeometry([SIDE, SIDE], [rows, columns]), method: which === 0 ? "gaussian" : "nearest" },
        },
        { theme: "light" },
      );
      return { name: `${KINDS[which]}-attention-${n + 1}`, svg };
    }),
  );
}
