import { seededRandom } from "@unroll/testing";
import { describe, expect, test } from "vitest";
import { type BlockLayout, type Cell, fromBlocks, fromKernel, type GateSize, toBlocks, toKernel } from "./gate-order";

/** Each element says what it is: 100·gate + 10·unit + column. */
const label = (gates: string, gate: string, unit: number, column: number): number =>
  100 * gates.indexOf(gate) + 10 * unit + column;

/** Our order, and that of each layout, from the documentation of PyTorch, Keras and ONNX. */
const OURS: Record<Cell, string> = { rnn: "h", lstm: "ifgo", gru: "rzn" };
const BLOCKS: Record<BlockLayout, Record<Cell, string>> = {
  torch: { rnn: "h", lstm: "ifgo", gru: "rzn" },
  keras: { rnn: "h", lstm: "ifgo", gru: "zrn" },
  onnx: { rnn: "h", lstm: "iofg", gru: "zrn" },
};
const H = 3;
const columns = 2;
const cells: Cell[] = ["rnn", "lstm", "gru"];
const cases = (["torch", "keras", "onnx"] as const).flatMap((layout) => cells.map((cell) => ({ layout, cell })));

function blocksOf(layout: BlockLayout, cell: Cell): Float32Array {
  const values: number[] = [];
  for (const gate of BLOCKS[layout][cell]) {
    for (let u = 0; u < H; u++) for (let c = 0; c < columns; c++) values.push(label(OURS[cell], gate, u, c));
  }
  return Float32Array.from(values);
}

function oursOf(cell: Cell): Float32Array {
  const values: number[] = [];
  for (let u = 0; u < H; u++) {
    for (const gate of OURS[cell]) for (let c = 0; c < columns; c++) values.push(label(OURS[cell], gate, u, c));
  }
  return Float32Array.from(values);
}

/** [rows, columns] to [columns, rows]. */
const transposed = (matrix: Float32Array, rows: number): Float32Array =>
  matrix.map((_, n) => matrix[(n % rows) * (matrix.length / rows) + Math.floor(n / rows)] ?? 0);

describe.each(cases)("$layout $cell", ({ layout, cell }) => {
  const size: GateSize = { cell, hiddenSize: H, columns };
  const rows = BLOCKS[layout][cell].length * H;

  test("row u·G + g of ours is unit u of the block of gate g", () => {
    expect(fromBlocks(layout, size, blocksOf(layout, cell))).toEqual(oursOf(cell));
    expect(toBlocks(layout, size, oursOf(cell))).toEqual(blocksOf(layout, cell));
  });

  test("a kernel holds the same blocks as columns", () => {
    const kernel = transposed(blocksOf(layout, cell), rows);
    expect(fromKernel(layout, size, kernel)).toEqual(oursOf(cell));
    expect(toKernel(layout, size, oursOf(cell))).toEqual(kernel);
  });

  test("there and back keeps every bit, for matrices and biases", () => {
    const random = seededRandom(7);
    for (const [units, width] of [
      [1, 1],
      [5, 1],
      [4, 7],
      [9, 3],
    ] as const) {
      const odd: GateSize = { cell, hiddenSize: units, columns: width };
      const bits = Uint32Array.from({ length: BLOCKS[layout][cell].length * units * width }, () => random() * 2 ** 32);
      // Exponent 255 would be NaN, whose payload JavaScript need not keep; every other bit pattern counts.
      const values = new Float32Array(bits.map((word) => word & ~0x00800000).buffer);
      expect(new Uint32Array(toBlocks(layout, odd, fromBlocks(layout, odd, values)).buffer)).toEqual(
        new Uint32Array(values.buffer),
      );
      expect(new Uint32Array(toKernel(layout, odd, fromKernel(layout, odd, values)).buffer)).toEqual(
        new Uint32Array(values.buffer),
      );
    }
  });
});

test.each([
  { cell: "lstm", gates: 4 },
  { cell: "gru", gates: 3 },
] as const)("swapping any two blocks of $cell changes the result", ({ cell, gates }) => {
  const blocks = blocksOf("torch", cell);
  const block = H * columns;
  const right = fromBlocks("torch", { cell, hiddenSize: H, columns }, blocks);
  for (let a = 0; a < gates; a++) {
    for (let b = a + 1; b < gates; b++) {
      const swapped = blocks.slice();
      swapped.set(blocks.subarray(b * block, (b + 1) * block), a * block);
      swapped.set(blocks.subarray(a * block, (a + 1) * block), b * block);
      expect(fromBlocks("torch", { cell, hiddenSize: H, columns }, swapped)).not.toEqual(right);
    }
  }
});

test("a weight of another size is refused", () => {
  const size: GateSize = { cell: "gru", hiddenSize: 3, columns: 2 };
  expect(() => fromBlocks("torch", size, new Float32Array(24))).toThrowErrorMatchingInlineSnapshot(
    `[ShapeError: fromBlocks: the weight should be of 3 gates × 3 units × 2 columns = 18 elements but is of 24. Pass the hiddenSize and columns of this gru weight; a bias has 1 column.]`,
  );
  for (const convert of [toBlocks, fromKernel, toKernel]) {
    expect(() => convert("keras", size, new Float32Array(17))).toThrow(
      "of 3 gates × 3 units × 2 columns = 18 elements",
    );
  }
});
