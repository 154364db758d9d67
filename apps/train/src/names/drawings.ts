import { confusionMatrix, lossCurve } from "../plots";
import type { Drawing } from "../protocol";
import type { NamesInput } from "./settings";
import { confusionCounts } from "./summary";
import type { NamesOutcome } from "./train-names";

/** The loss over the steps, and how the held-out names of each language were taken. */
export function drawNames(
  { languages, test }: Pick<NamesInput, "languages" | "test">,
  { losses, history, test: { predicted } }: Pick<NamesOutcome, "losses" | "history" | "test">,
): Drawing[] {
  const validation = history.map(({ step, validationLoss }) => ({ step, loss: validationLoss }));
  return [
    {
      name: "loss",
      svg: lossCurve({
        train: losses,
        eval: validation,
        title: "Loss of the names model",
        lossLabel: "loss (nats), in training with dropout and smoothed targets",
      }),
    },
    {
      name: "confusion",
      svg: confusionMatrix({
        labels: languages,
        counts: confusionCounts(languages.length, test, predicted),
        title: "Held-out names by language",
      }),
    },
  ];
}
