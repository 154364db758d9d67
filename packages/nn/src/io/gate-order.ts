import { GATES, gateCount, ShapeError } from "@unroll/kernels";

/** The three recurrent cells. */
export type Cell = keyof typeof GATES;

/** Who laid out the blocks of H rows, or of H columns, that stand for one gate each. */
export type BlockLayout = "torch" | "keras" | "onnx";

/**
 * The gate that each block makes, by the letters of `GATES`: PyTorch's blocks follow our order; Keras writes z r h for a
 * GRU; ONNX i o f c and z r h.
 */
const BLOCKS: Record<BlockLayout, Record<Cell, readonly string[]>> = {
  torch: { rnn: ["h"], lstm: ["i", "f", "g", "o"], gru: ["r", "z", "n"] },
  keras: { rnn: ["h"], lstm: ["i", "f", "g", "o"], gru: ["z", "r", "n"] },
  onnx: { rnn: ["h"], lstm: ["i", "o", "f", "g"], gru: ["z", "r", "n"] },
};

/** What is reordered: H units of a cell, each row of a gate `columns` long; 1 for a bias. */
export interface GateSize {
  readonly cell: Cell;
  readonly hiddenSize: number;
  readonly columns: number;
}

/**
 * Blocks of H rows [G·H, columns], as PyTorch and ONNX write weights and all three write biases, to ours: row u·G + g is
 * gate g of unit u.
 * @throws ShapeError if `blocks` has not G·H·columns elements
 */
export function fromBlocks(layout: BlockLayout, size: GateSize, blocks: Float32Array): Float32Array<ArrayBuffer> {
  const rows = resized("fromBlocks", size, blocks);
  const { columns } = size;
  eachRow(layout, size, (block, ours) => {
    rows.set(blocks.subarray(block * columns, (block + 1) * columns), ours * columns);
  });
  return rows;
}

/**
 * The inverse of `fromBlocks`.
 * @throws ShapeError if `rows` has not G·H·columns elements
 */
export function toBlocks(layout: BlockLayout, size: GateSize, rows: Float32Array): Float32Array<ArrayBuffer> {
  const blocks = resized("toBlocks", size, rows);
  const { columns } = size;
  eachRow(layout, size, (block, ours) => {
    blocks.set(rows.subarray(ours * columns, (ours + 1) * columns), block * columns);
  });
  return blocks;
}

/**
 * A Keras kernel or recurrent kernel [columns, G·H], blocks of H columns for a vector multiplied from the left, to our
 * rows [G·H, columns].
 * @throws ShapeError if `kernel` has not columns·G·H elements
 */
export function fromKernel(layout: BlockLayout, size: GateSize, kernel: Float32Array): Float32Array<ArrayBuffer> {
  const rows = resized("fromKernel", size, kernel);
  const width = gateCount(size.cell) * size.hiddenSize;
  eachRow(layout, size, (block, ours) => {
    for (let c = 0; c < size.columns; c++) rows[ours * size.columns + c] = kernel[c * width + block] ?? 0;
  });
  return rows;
}

/**
 * The inverse of `fromKernel`.
 * @throws ShapeError if `rows` has not G·H·columns elements
 */
export function toKernel(layout: BlockLayout, size: GateSize, rows: Float32Array): Float32Array<ArrayBuffer> {
  const kernel = resized("toKernel", size, rows);
  const width = gateCount(size.cell) * size.hiddenSize;
  eachRow(layout, size, (block, ours) => {
    for (let c = 0; c < size.columns; c++) kernel[c * width + block] = rows[ours * size.columns + c] ?? 0;
  });
  return kernel;
}

/** Pairs each row, or column, of the blocks with the row of ours that makes the same gate of the same unit. */
function eachRow(
  layout: BlockLayout,
  { cell, hiddenSize: H }: GateSize,
  visit: (block: number, ours: number) => void,
): void {
  const gates: readonly string[] = GATES[cell];
  for (const [place, name] of BLOCKS[layout][cell].entries()) {
    const gate = gates.indexOf(name);
    for (let u = 0; u < H; u++) visit(place * H + u, u * gates.length + gate);
  }
}

function resized(where: string, size: GateSize, { length }: Float32Array): Float32Array<ArrayBuffer> {
  const { cell, hiddenSize, columns } = size;
  const G = gateCount(cell);
  if (length !== G * hiddenSize * columns) {
    throw new ShapeError({
      where,
      what: "the weight",
      expected: `of ${G} gates × ${hiddenSize} units × ${columns} columns = ${G * hiddenSize * columns} elements`,
      received: `of ${length}`,
      remedy: `Pass the hiddenSize and columns of this ${cell} weight; a bias has 1 column.`,
    });
  }
  return new Float32Array(length);
}
