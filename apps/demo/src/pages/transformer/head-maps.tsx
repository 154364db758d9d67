import { headMapsSvg } from "@unroll/seq2seq";
import { Scrollable } from "../../ui/scrollable";
import type { Reading } from "./experiment";

/** What each head of each layer looks at: places across, and down the side what is said where. */
export function HeadMaps({
  reading: { digits, said, maps, heads },
  label,
}: {
  readonly reading: Reading;
  readonly label: string;
}) {
  const places = digits.length;
  const source = digits.map(String);
  const target = said.map((answer, place) => `place ${place + 1}: ${answer}`);
  return (
    <Scrollable label={label}>
      <div class="head-maps">
        {maps.map((data, layer) => {
          const names = Array.from({ length: heads }, (_, head) => `layer ${layer + 1}, head ${head + 1}`);
          const weights = { data, shape: [heads, places, places] };
          const svg = headMapsSvg({ weights, source, target, heads: names, columns: 3 });
          // layers never change places; the text is a picture that the library makes of numbers
          return <figure key={layer} dangerouslySetInnerHTML={{ __html: svg }} />;
        })}
      </div>
    </Scrollable>
  );
}
