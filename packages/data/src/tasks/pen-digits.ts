import { expectOptions, expectWhole, expectWithin } from "../checks";
import { TaskError } from "../errors";
import type { Random } from "../random/random";
import { type Point, smoothStroke } from "./pen-curve";
import { PEN_DIGITS } from "./pen-templates";

/** What a pen writes between touching the paper and leaving it: x to the right, y down. */
export type PenStroke = Point[];

/** Digits as a pen writes them. */
export interface PenTask {
  /** [B], the strokes of each digit in the order in which they are written, in a square of side 1 or a little outside. */
  strokes: PenStroke[][];
  /** [B], the digits: 0 to 9. */
  targets: Int32Array<ArrayBuffer>;
}

export interface PenOptions {
  /** B */
  batchSize: number;
  /** How much writers differ, from 0, where each way to write a digit is always the same, to 1; 1 when absent. */
  variety?: number;
  /** Which digits are written; all when absent. */
  digits?: readonly number[];
}

/**
 * Digits written by many hands: each has one of a few ways to write it, and then its own slant, turn, size, width, place,
 * form, tremble and speed, by which the points lie close or far apart, as those of a tablet do.
 *
 * @throws TaskError if an option is out of range
 */
export function penDigits(random: Random, options: PenOptions): PenTask {
  const where = "penDigits";
  expectOptions(TaskError, where, options, ["batchSize", "variety", "digits"]);
  const { batchSize, variety = 1, digits = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9] } = options;
  expectWhole(TaskError, where, { batchSize });
  expectWithin(TaskError, where, { variety }, { least: 0, most: 1 });
  expectWhole(TaskError, where, { "digits.length": digits.length });
  for (const digit of digits) expectWhole(TaskError, where, { digit }, { least: 0, most: 9 });
  const targets = Int32Array.from({ length: batchSize }, () => digits[random.below(digits.length)] ?? 0);
  return { strokes: Array.from(targets, (digit) => written(random, digit, variety)), targets };
}

function written(random: Random, digit: number, variety: number): PenStroke[] {
  const ways = PEN_DIGITS[digit] ?? [];
  const way = ways[random.below(ways.length)] ?? [];
  /** Uniform from −most to most, less with less variety. */
  const about = (most: number): number => most * variety * (2 * random.uniform() - 1);
  const height = 0.8 + about(0.2);
  const width = height * (0.7 + about(0.25));
  const slant = about(0.25) + 0.15 * variety;
  const turn = about(0.15);
  const [left, top] = [0.5 + about(0.15), 0.5 + about(0.1)];
  const tremble = { size: 0.008 * variety * random.uniform(), x: about(Math.PI), y: about(Math.PI) };
  const place = ({ x, y }: Point): Point => {
    const [across, down] = [width * (x - 0.5) + slant * height * (0.5 - y), height * (y - 0.5)];
    return {
      x: left + across * Math.cos(turn) - down * Math.sin(turn),
      y: top + across * Math.sin(turn) + down * Math.cos(turn),
    };
  };
  return way.map((stroke) => {
    const formed: Point[] = [];
    for (const [at, { x, y }] of stroke.entries()) {
      const before = stroke[at - 1];
      const isCorner = before?.x === x && before.y === y; // the point before once more
      const last = formed.at(-1);
      formed.push(isCorner && last ? last : { x: x + about(0.1), y: y + about(0.08) });
    }
    const speed = 0.05 + about(0.03);
    const drawn = smoothStroke(formed, () => speed * (1 + about(0.4)));
    // some lift the pen before they are quite done
    const end = drawn.length - Math.floor(0.12 * variety * random.uniform() * drawn.length);
    return drawn.slice(0, end).map((point, at) => {
      const { x, y } = place(point);
      return {
        x: x + tremble.size * Math.sin(1.3 * at + tremble.x),
        y: y + tremble.size * Math.sin(1.7 * at + tremble.y),
      };
    });
  });
}
