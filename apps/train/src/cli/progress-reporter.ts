import type { Epoch, Progress } from "../protocol";
import { type ProgressFields, progressLine, progressText } from "./progress-bar";
import type { Terminal } from "./terminal";

/** Seconds between two lines where they cannot be rewritten, unless an epoch ends. */
const QUIET_SECONDS = 10;

/** Shows a run on a terminal: one line rewritten in place, or a plain line now and then. */
export class ProgressReporter {
  readonly #terminal: Terminal;
  readonly #fields: ProgressFields;
  #saidAt = 0;

  constructor(terminal: Terminal, fields: ProgressFields) {
    this.#terminal = terminal;
    this.#fields = fields;
  }

  progress(progress: Progress): void {
    if (this.#terminal.isLive) {
      this.#terminal.status(progressLine(progress, this.#fields, this.#terminal.width));
    } else if (progress.seconds - this.#saidAt >= QUIET_SECONDS) {
      this.#saidAt = progress.seconds;
      this.#terminal.line(progressText(progress, this.#fields));
    }
  }

  epoch({ epoch, epochs, loss, validationLoss, validationAccuracy, isBest, seconds }: Epoch): void {
    if (this.#terminal.isLive) return;
    this.#saidAt = seconds;
    const accuracy = `${(100 * validationAccuracy).toFixed(1)} %`;
    const best = isBest ? ", the best so far" : "";
    this.#terminal.line(
      `epoch ${epoch}/${epochs} done after ${seconds.toFixed(0)} s: loss ${loss.toFixed(3)}, ` +
        `validation loss ${validationLoss.toFixed(3)}, accuracy ${accuracy}${best}`,
    );
  }
}
