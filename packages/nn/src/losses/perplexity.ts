import { refuseValue } from "../tensor/kind";

/**
 * Perplexity of a language model: e^loss, the number of equally likely tokens that it hesitates between.
 * @param loss mean cross-entropy per token in nats, as `crossEntropy` gives it
 * @throws ValueError if it is NaN
 */
export function perplexity(loss: number): number {
  return Math.exp(expectLoss("perplexity", loss));
}

/**
 * Bits per character: loss / ln 2.
 * @param loss mean cross-entropy per character in nats
 * @throws ValueError if it is NaN
 */
export function bitsPerCharacter(loss: number): number {
  return expectLoss("bitsPerCharacter", loss) / Math.LN2;
}

function expectLoss(where: string, loss: number): number {
  if (typeof loss === "number" && !Number.isNaN(loss)) return loss;
  refuseValue(where, { loss }, "a number, in nats", "Await loss.item() first.");
}
