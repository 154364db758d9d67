import { guarded, softwareTag } from "../label";
import type { Failure, Report, Row } from "../report";

/** Where text goes. */
export interface Stream {
  readonly isTTY?: boolean | undefined;
  write(text: string): unknown;
}

/** Tells a waiting user how far the run has come: a line that is overwritten, on a terminal, or a line for each row. */
export class Progress {
  readonly #stream: Stream;
  readonly #isVerbose: boolean;
  #head: Omit<Report, "rows" | "failures"> | undefined;
  #total = 0;
  #done = 0;

  /** @param options.isVerbose a line for each row, that stays */
  constructor(stream: Stream, { isVerbose = false } = {}) {
    this.#stream = stream;
    this.#isVerbose = isVerbose;
  }

  /** @param head what is known before the first row: said at once, since a run takes minutes */
  start(head: Omit<Report, "rows" | "failures">, total: number): void {
    this.#head = head;
    this.#total = total;
    this.#stream.write(`${guarded(head, `${head.device}: ${total} ${total === 1 ? "row" : "rows"}`)}\n`);
  }

  row({ name, shape, pass, ms }: Row): void {
    this.#show(`${name} ${shape} ${pass}: ${ms.toPrecision(3)} ms`);
  }

  failure({ name, shape, pass }: Failure): void {
    this.#show(`${name} ${shape} ${pass} failed`);
  }

  /** Takes the line away. */
  end(): void {
    if (this.#stream.isTTY) this.#stream.write("\r\u001b[2K");
  }

  #show(text: string): void {
    this.#done++;
    if (!this.#head || !(this.#stream.isTTY || this.#isVerbose)) return;
    const line = `${this.#done} of ${this.#total}: ${text}${softwareTag(this.#head)}`;
    this.end();
    this.#stream.write(guarded(this.#head, this.#isVerbose ? `${line}\n` : line));
  }
}
