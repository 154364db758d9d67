/**
 * The order of gates, everywhere in Unroll: unit by unit, and within one unit
 *   LSTM  i f g o   (input, forget, candidate, output)
 *   GRU   r z n     (reset, update, candidate)
 * An LSTM whose input and forget gate are coupled has i g o; its peepholes go i f o, or i o.
 * So row u·G + g of a weight matrix [G·H, I] makes gate g of unit u, and one vec4f holds the gates of a unit.
 * PyTorch, Keras and ONNX lay whole blocks of H rows one after another instead; weights are reordered where they are
 * read and written, nowhere else.
 */
export const GATES = { rnn: ["h"], lstm: ["i", "f", "g", "o"], gru: ["r", "z", "n"] } as const;

/** Gates of one unit: 1, 4 or 3. */
export const gateCount = (cell: keyof typeof GATES): number => GATES[cell].length;
