import { useMemo, useState } from "preact/hooks";
import { useAnswer } from "../../lab/use-answer";
import { formatPercent } from "../../ui/format";
import { Scrollable } from "../../ui/scrollable";
import type { experiment, Reading } from "./experiment";
import { idOf, LAYERS, type Layer, language, MOST_WORDS, wordsOf } from "./sentences";
import { TagBars } from "./tag-bars";

const EXAMPLES = [
  "Florence Smith sings in Rome",
  "Florence is warm",
  "Florence Bank fell on Friday",
  "book a table for two people",
  "book prices rose on Monday",
  "play Paris by Anna Jones",
  "she knows that Austin Weber works",
];
const TITLES: Readonly<Record<Layer, string>> = { pos: "parts of speech", entities: "entities", slots: "slots" };

/** The visitor's sentence: the tags of each word as both readers have them, and the scores of one word. */
export function TrySentence() {
  const [text, setText] = useState(EXAMPLES[0] ?? "");
  const [layer, setLayer] = useState<Layer>("entities");
  const [chosen, choose] = useState(0);
  const typed = useMemo(() => wordsOf(text), [text]);
  const words = useMemo(() => typed.slice(0, MOST_WORDS), [typed]);
  const readings = useAnswer<typeof experiment>(words.length > 0 ? words : null);
  const at = Math.min(chosen, words.length - 1);
  const isAnswered = readings !== null && readings.forwards.pos.length === words.length;
  const unknown = [...new Set(words.filter((word) => idOf(word) === 0))];
  return (
    <>
      <p class="sentence">
        <label>
          A sentence <input value={text} onInput={(event) => setText(event.currentTarget.value)} />
        </label>
      </p>
      <div class="buttons">
        {EXAMPLES.map((example) => (
          <button type="button" key={example} onClick={() => setText(example)}>
            {example}
          </button>
        ))}
      </div>
      <fieldset class="choices">
        <legend>Show</legend>
        {LAYERS.map((each) => (
          <label key={each}>
            <input type="radio" name="layer" checked={layer === each} onChange={() => setLayer(each)} /> {TITLES[each]}
          </label>
        ))}
      </fieldset>
      {unknown.length > 0 && (
        <p class="muted" data-answer="unknown">
          No sentence that they learned from has {unknown.join(", ")}: they go by what stands around.
        </p>
      )}
      {typed.length > words.length && (
        <p class="muted" data-answer="cut">
          Only the first {MOST_WORDS} of {typed.length} words are read.
        </p>
      )}
      {isAnswered ? (
        <>
          <Scrollable label="Tags of each word">
            <table class="tags" data-answer="tags">
              <thead>
                <tr>
                  <td />
                  {words.map((word, place) => (
                    <th scope="col" key={place}>
                      <button type="button" aria-pressed={place === at} onClick={() => choose(place)}>
                        {word}
                      </button>
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>
                <TagRow title="forward" reading={readings.forwards} other={readings.bothWays} layer={layer} />
                <TagRow title="both ways" reading={readings.bothWays} other={readings.bothWays} layer={layer} />
              </tbody>
            </table>
          </Scrollable>
          <p>
            How probable they hold each tag of <strong>{words[at]}</strong>; choose another word above.
          </p>
          <div class="bars">
            <TagBars title="Reads forward" tags={language[layer]} probabilities={readings.forwards[layer][at] ?? []} />
            <TagBars
              title="Reads both ways"
              tags={language[layer]}
              probabilities={readings.bothWays[layer][at] ?? []}
            />
          </div>
        </>
      ) : (
        <p class="muted">–</p>
      )}
    </>
  );
}

/** The likeliest tag of each word, marked where the other reader says another. */
function TagRow({
  title,
  reading,
  other,
  layer,
}: {
  readonly title: string;
  readonly reading: Reading;
  readonly other: Reading;
  readonly layer: Layer;
}) {
  return (
    <tr>
      <th scope="row">{title}</th>
      {reading[layer].map((row, place) => {
        const best = likeliest(row);
        const isUnlike = best !== likeliest(other[layer][place] ?? []);
        return (
          <td key={place}>
            <span class={isUnlike ? "unlike" : undefined}>{language[layer][best]}</span>
            <span class="sure">{formatPercent(row[best] ?? 0)}</span>
          </td>
        );
      })}
    </tr>
  );
}

const likeliest = (row: readonly number[]): number => row.indexOf(Math.max(...row));
