/** Pages of the gallery in the order in which they are best read: the folder of each under pages/, and its title. */
export const pages = [
  { id: "memory", title: "Memory" },
  { id: "gradients", title: "Gradients through time" },
  { id: "names", title: "Names" },
  { id: "writing", title: "Writing" },
  { id: "tagging", title: "Tagging" },
  { id: "sentiment", title: "Sentiment" },
  { id: "translation", title: "Translation" },
  { id: "pronunciation", title: "Pronunciation" },
  { id: "captions", title: "Captions" },
  { id: "ctc", title: "Morse code by ear" },
  { id: "handwriting", title: "Handwriting" },
  { id: "anomalies", title: "Anomalies" },
  { id: "music", title: "Music" },
  { id: "transformer", title: "Transformer" },
  { id: "zoo", title: "Zoo" },
  { id: "bench", title: "Bench" },
] as const;

/** The folder of a page under pages/, and its address after the #. */
export type PageId = (typeof pages)[number]["id"];
