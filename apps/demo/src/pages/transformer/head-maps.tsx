import { alignmentSvg } from "@unroll/seq2seq";
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
  const mapOf = (data: ArrayLike<number>, head: number) => {
    const weights = Array.from({ length: places * places }, (_, at) => data[head * places * places + at] ?? 0);
    return alignmentSvg({ weights: { data: weights, shape: [places, places] }, source, target });
  };
  return (
    <Scrollable label={label}>
      {maps.map((data, layer) => (
        // layers never change places, nor do heads
        <div class="head-maps" key={layer}>
          {Array.from({ length: heads }, (_, head) => (
            <figure key={head}>
              <figcaption>
                layer {layer + 1}, head {head + 1}
              </figcaption>
              {/* a picture that the library makes of numbers */}
              <div dangerouslySetInnerHTML={{ __html: mapOf(data, head) }} />
            </figure>
          ))}
        </div>
      ))}
    </Scrollable>
  );
}
