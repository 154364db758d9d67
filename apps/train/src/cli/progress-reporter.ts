import type { Epoch, Progress, Scored, Surroundings } from "../protocol";
import { Pace } from "./pace";
import { progressLine, progressText } from "./progress-bar";
import type { Terminal } from "./terminal";

/** Seconds between two lines where they cannot be rewritten, unless an epoch ends. */
const QUIET_SECONDS = 10;

/** What any run says of itself: the device it got, and what went wrong without ending it. */
export function runNotices(terminal: Terminal) {
  return {
    onSurroundings: ({ adapter, browser }: Surroundings) => terminal.line(`On ${adapter} in ${browser}.`),
    onWarning: (text: string) => terminal.line(terminal.style("yellow", text)),
  };
}

/** Shows a run on a terminal: one line rewritten in place, or a plain line now and then. */
export class ProgressReporter {
  readonly #terminal: Terminal;
  readonly #unit: string;
  readonly #pace = new Pace();
  #saidAt = 0;

  /** @param unit what is counted: "names" */
  constructor(terminal: Terminal, unit: string) {
    this.#terminal = terminal;
    this.#unit = unit;
  }

  progress(progress: Progress): void {
    const paced = { ...progress, unit: this.#unit, ...this.#pace.at(progress) };
    if (this.#terminal.isLive) {
      this.#terminal.status(progressLine(paced, this.#terminal.width));
    } else if (progress.seconds - this.#saidAt >= QUIET_SECONDS) {
      this.#saidAt = progress.seconds;
      this.#terminal.line(progressText(paced));
    }
  }

  scored({ items, of }: Scored): void {
    this.#terminal.status(`scored ${items.toLocaleString("en-US")} of ${of.toLocaleString("en-US")} ${this.#unit}`);
  }

  epoch({ epoch, epochs, loss, validationLoss, validationAccuracy, isBest, seconds }: Epoch): void {
    if (this.#terminal.isLive) return;
    this.#saidAt = seconds;
    const accuracy = validationAccuracy === null ? "" : `, accuracy ${(100 * validationAccuracy).toFixed(1)} %`;
    const best = isBest ? ", the best so far" : "";
    this.#terminal.line(
      `epoch ${epoch}/${epochs} done after ${seconds.toFixed(0)} s: loss ${loss.toFixed(3)}, ` +
        `validation loss ${validationLoss.toFixed(3)}${accuracy}${best}`,
    );
  }
}
