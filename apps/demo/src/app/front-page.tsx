import { type PageId, pages } from "./pages";
import { route } from "./router";

const SUMMARIES: Readonly<Record<PageId, string>> = {
  memory: "A sum so far, a cell whose gates you set by hand, and forty numbers that spell HELLO.",
  gradients: "Why simple cells forget: what reaches each step of a long gap, and the cliff that clipping is for.",
  names: "Which language is a surname from? Type one and see what each letter says.",
  writing: "A text, character by character: what the model writes as it learns, and what its cells keep count of.",
  tagging: "Parts of speech, entities and slots, read forward and read both ways.",
  sentiment: "Praise or blame? The score after each word, as “not”, “slightly” and “but” turn it.",
  translation: "Dates in words become ISO 8601, letter by letter: where attention looks, and beam search as a tree.",
  pronunciation: "From the letters of a word to the sounds that it is made of.",
  captions: "What is in a picture, word by word, and where the model looked for each.",
  ctc: "Sound in, text out, and nobody says when: CTC, its path of letters and blanks, and how it collapses.",
  handwriting: "Write a digit: a network follows your pen, and often knows it before you are done.",
  anomalies: "A model of what is regular, and the threshold below which something is wrong.",
  music: "A key and a style become a tune, note after note: see the rules being learned, and hear them.",
  transformer: "Reverse, sort and count by attention alone, with what each head looks at.",
  zoo: "Ten recurrent networks race side by side: who remembers longest, and at what cost.",
  bench: "How fast this device is at all of it: every kernel, layer and training step, against what it can do at best.",
};

/** What a visitor sees first, and where an address names no page. */
export function Page() {
  const unknown = route.value.page;
  return (
    <>
      <h1>Sequence models, learning in front of you</h1>
      {unknown !== "" && (
        <p class="failure" role="alert">
          There is no page “{unknown}”. These are the pages that there are.
        </p>
      )}
      <p class="lead">
        Models that are trained from nothing, in this browser, on your own GPU. Change a setting, press start, watch
        what is learned, and try it meanwhile. Nothing that you type, draw or say leaves this device.
      </p>
      <ul class="cards">
        {pages.map(({ id, title }) => (
          <li key={id}>
            <a href={`#/${id}`}>{title}</a>
            <p>{SUMMARIES[id]}</p>
          </li>
        ))}
      </ul>
    </>
  );
}
