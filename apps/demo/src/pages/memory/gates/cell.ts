/** How far each gate is open: 0 shut, 1 open, as a sigmoid would have it. */
export interface Gates {
  /** i: how much of the input is written. */
  readonly input: number;
  /** f: how much of the memory is kept. */
  readonly forget: number;
  /** o: how much of the memory is shown. */
  readonly output: number;
}

/** One step of the cell. */
export interface Step extends Gates {
  readonly x: number;
  /** The memory after it. */
  readonly c: number;
  /** What it shows. */
  readonly h: number;
}

/** One unit of an LSTM whose gates are set from outside; its squashing is left out, so that what it keeps can be read. */
export function stepCell(memory: number, x: number, gates: Gates): Step {
  const c = gates.forget * memory + gates.input * x;
  const h = gates.output * c;
  return { ...gates, x, c, h };
}
