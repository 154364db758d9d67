import { drawLoss } from "../learning/draw-loss";
import { confusionMatrix } from "../plots";
import type { Drawing } from "../protocol";
import type { NamesOutcome } from "./outcome";
import type { NamesInput } from "./settings";
import { confusionCounts } from "./summary";

/** The loss over the steps, where there was training, and how the names of each language were taken. */
export function drawNames(input: NamesInput, { training, test, eval: other }: NamesOutcome): Drawing[] {
  const { languages } = input.facts;
  const [items, scores, title] = test
    ? [input.test, test, "Held-out names by language"]
    : [input.eval, other, "Names by language"];
  const loss = drawLoss("names", training, "loss (nats), in training with dropout and smoothed targets");
  if (!items || !scores) return loss;
  const counts = confusionCounts(languages.length, items, scores.predicted);
  return [...loss, { name: "confusion", svg: confusionMatrix({ labels: languages, counts, title }) }];
}
