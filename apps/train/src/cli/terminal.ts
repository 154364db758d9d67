/** A stream that people read: standard output, or standard error where the output belongs to a program. */
export interface TerminalStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** Select Graphic Rendition codes (ECMA-48) that begin and end a style. */
const STYLES = { bold: [1, 22], dim: [2, 22], green: [32, 39], yellow: [33, 39] } as const;

export type Style = keyof typeof STYLES;

/** Lines for a person, with at most one line at the end that is rewritten in place. */
export class Terminal {
  /** Whether lines can be rewritten in place. */
  readonly isLive: boolean;
  readonly #stream: TerminalStream;
  readonly #hasColor: boolean;
  #status = "";

  /** @param env where NO_COLOR (no-color.org) and TERM are looked up */
  constructor(stream: TerminalStream, env: NodeJS.ProcessEnv) {
    this.#stream = stream;
    this.isLive = stream.isTTY === true && env.TERM !== "dumb";
    this.#hasColor = this.isLive && !env.NO_COLOR;
  }

  /** Columns that a line may fill. The last one stays free: some terminals begin a new line once it is written. */
  get width(): number {
    return Math.max(20, (this.#stream.columns ?? 100) - 1);
  }

  /** Text in a style, or as it is where colours are not wanted. */
  style(style: Style, text: string): string {
    const [begin, end] = STYLES[style];
    return this.#hasColor ? `\x1b[${begin}m${text}\x1b[${end}m` : text;
  }

  /** Writes a line above the status line. */
  line(text = ""): void {
    const status = this.#status;
    this.clearStatus();
    this.#stream.write(`${text}\n`);
    if (status) this.status(status);
  }

  /** Rewrites the status line; nothing where lines cannot be rewritten. */
  status(text: string): void {
    if (!this.isLive) return;
    this.#stream.write(`\r\x1b[2K${text}`);
    this.#status = text;
  }

  /** Takes the status line away. */
  clearStatus(): void {
    if (this.#status) this.#stream.write("\r\x1b[2K");
    this.#status = "";
  }
}
