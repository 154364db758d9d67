import { argmax, type Tensor, tensor } from "@unroll/nn";
import { expect, test } from "vitest";
import { beamSearch, greedySearch } from "../search";
import { bahdanauOf, CELLS, encoderOf, plainOf, SIZES, tokensOf } from "../test-support/batches";
import { useTestDevice } from "../test-support/device";
import { EncoderDecoder } from "./encoder-decoder";

useTestDevice();
const { V, B, S } = SIZES;
const LENGTHS = [5, 3, 1];
const MOST = 6;

/** The likeliest token at each step, of steps that are called one after another. */
async function byHand(model: EncoderDecoder<unknown>, source: Tensor): Promise<number[][]> {
  let state = model.start(source, { lengths: LENGTHS });
  let read: Tensor = tensor(new Uint32Array(B).fill(model.startId));
  const rows: number[][] = Array.from({ length: B }, () => []);
  for (let t = 0; t < MOST; t++) {
    const { logits, state: next } = model.step(state, read);
    read = argmax(logits);
    state = next;
    for (const [row, token] of (await read.data()).entries()) rows[row]?.push(token);
  }
  return rows.map((row) => (row.includes(model.endId) ? row.slice(0, row.indexOf(model.endId)) : row));
}

test.each(CELLS)("search calls a model of %s as it stands, with attention and without", async (cell) => {
  const encoder = encoderOf(cell);
  for (const decoder of [bahdanauOf(encoder, { cell }), plainOf(encoder, cell)]) {
    const model = new EncoderDecoder<unknown>(encoder, decoder, { startId: 0, endId: 1 });
    const source = tokensOf(B, S, V, 4);
    const options = { start: model.startId, end: model.endId, maxLength: MOST };
    const start = () => model.start(source, { lengths: LENGTHS });
    const greedy = await greedySearch(model.step, start(), options);
    expect(greedy.map((found) => [...(found?.tokens ?? [])])).toEqual(await byHand(model, source));
    const { step, start: begin } = model; // both may be taken out of it
    const beams = await beamSearch(step, begin(source, { lengths: LENGTHS }), { ...options, beam: 4 });
    // of four beams the best is at least as likely as the greedy one, whose path is not always among them
    expect(beams).toHaveLength(B);
    expect(beams.every((found) => found.length > 0)).toBe(true);
  }
});
