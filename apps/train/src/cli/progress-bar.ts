import type { Progress } from "../protocol";

const LEAST_BAR = 8;
const MOST_BAR = 32;
/** Eighths of a character cell. */
const EIGHTHS = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];

/** A report with what the pace makes of it. */
export interface PacedProgress extends Progress {
  /** What is counted: "names". */
  unit: string;
  /** Rows per second. */
  speed: number;
  secondsLeft: number | undefined;
}

/**
 * One line for how far training has come: bar, share, epoch, loss, validation accuracy, speed and time left. What does
 * not fit into `width` is left out, the least important first.
 */
export function progressLine(progress: PacedProgress, width: number): string {
  const share = progress.steps === 0 ? 0 : progress.step / progress.steps;
  const percent = `${String(Math.floor(100 * share)).padStart(3)} %`;
  const fields = progressFields(progress);
  const order = ["left", "loss", "accuracy", "speed", "epoch"] as const; // by importance
  const shown = new Set<string>();
  let used = LEAST_BAR + 1 + percent.length;
  for (const name of order) {
    const text = fields[name];
    if (!text || used + 2 + text.length > width) continue;
    shown.add(name);
    used += 2 + text.length;
  }
  const bar = drawBar(share, Math.min(MOST_BAR, width - used + LEAST_BAR));
  const sequence = ["epoch", "loss", "accuracy", "speed", "left"] as const; // as they read
  return [`${bar} ${percent}`, ...sequence.filter((name) => shown.has(name)).map((name) => fields[name])].join("  ");
}

/** A line of its own for where a line cannot be rewritten, such as a file. */
export function progressText(progress: PacedProgress): string {
  const { epoch, loss, accuracy, speed, left } = progressFields(progress);
  return [epoch, loss, accuracy, speed, left].filter(Boolean).join(", ");
}

/** A bar that is filled to an eighth of a character: "██▌     ". */
export function drawBar(share: number, width: number): string {
  const eighths = Math.round(Math.min(1, Math.max(0, share)) * width * 8);
  const filled = "█".repeat(Math.floor(eighths / 8)) + EIGHTHS[eighths % 8];
  return filled + "░".repeat(width - filled.length);
}

/** "0:07", "1:02:03". */
export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const tail = String(rest).padStart(2, "0");
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, "0")}:${tail}` : `${minutes}:${tail}`;
}

function progressFields({ epoch, epochs, loss, validationAccuracy, unit, speed, secondsLeft }: PacedProgress) {
  return {
    epoch: `epoch ${String(epoch).padStart(String(epochs).length)}/${epochs}`,
    loss: `loss ${loss.toFixed(3)}`,
    accuracy: validationAccuracy === null ? "" : `validation ${(100 * validationAccuracy).toFixed(1)} %`,
    speed: `${Math.round(speed).toLocaleString("en-US")} ${unit}/s`,
    left: secondsLeft === undefined ? "" : `${formatDuration(secondsLeft)} left`,
  };
}
