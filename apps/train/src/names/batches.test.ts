import { expect, test } from "vitest";
import { NameBatches } from "./batches";
import { ALPHABET } from "./dataset";

const names = ["Ng", "Abe", "Rossi", "O'Neal", "van der Waals", "Li"];
const batches = new NameBatches(names.map((name, language) => ({ name, language })));

test("a batch spells its names in one-hot letters, with zeros behind their ends", () => {
  for (const { rows, x, lengths, y } of batches.of({ size: 2 })) {
    const [B = 0, T = 0, V = 0] = x.shape;
    expect([B, V, y.length, lengths.length]).toEqual([rows.length, 57, rows.length, rows.length]);
    for (const [n, row] of rows.entries()) {
      const name = names[row] as string;
      expect([y[n], lengths[n]]).toEqual([row, name.length]);
      for (let t = 0; t < T; t++) {
        const letter = Array.from(x.data.subarray((n * T + t) * V, (n * T + t + 1) * V));
        const wanted = Array.from(ALPHABET, (character) => Number(character === name[t]));
        expect(letter).toEqual(wanted);
      }
    }
  }
});

test("every name comes once in an epoch, and epochs and seeds differ in their order", () => {
  const order = (epoch: number, seed: number) =>
    [...batches.of({ size: 2, epoch, seed })].flatMap(({ rows }) => [...rows]);
  expect(order(1, 0).toSorted()).toEqual([0, 1, 2, 3, 4, 5]);
  expect(order(1, 0)).toEqual(order(1, 0));
  const orders = [1, 2, 3, 4].flatMap((epoch) => [order(epoch, 0), order(epoch, 1)].map(String));
  expect(new Set(orders).size).toBeGreaterThan(4);
});

test("an epoch has as many batches as it is said to have", () => {
  // Lengths up to 4, 8 and 16 letters have batches of their own: 3, 2 and 1 names.
  expect(batches.count(2)).toBe(4);
  expect([...batches.of({ size: 2, epoch: 1 })]).toHaveLength(4);
});
