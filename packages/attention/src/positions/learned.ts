import {
  add,
  embedding,
  expectExtent,
  expectKnown,
  type Generator,
  Module,
  normal,
  type Parameter,
  parameter,
  reshape,
  sharedGenerator,
  slice,
  Tensor,
} from "@unroll/nn";
import { expectPlaces, expectRoom, type PlaceOptions, placesFrom } from "./places";

/** Adds a learned vector for each place: y[b, t] = x[b, t] + W[t] (Gehring et al. 2017). */
export class LearnedPositions extends Module {
  readonly length: number;
  readonly size: number;
  readonly weight: Parameter; // [length, size]
  readonly hasTorchParameters = true; // those of nn.Embedding(length, size)

  /**
   * @param length the longest sequence that it has places for
   * @throws ValueError if a size is not a positive whole number
   */
  constructor(length: number, size: number, options: { rng?: Generator; deviation?: number } = {}) {
    super();
    const { rng = sharedGenerator(), deviation = 0.02 } = expectKnown("LearnedPositions", options, [
      "rng",
      "deviation",
    ]);
    this.length = expectExtent("LearnedPositions", { length });
    this.size = expectExtent("LearnedPositions", { size });
    this.weight = parameter(normal([length, size], deviation, rng));
  }

  /**
   * @param x [B, T, size]
   * @returns [B, T, size]
   * @throws ShapeError if x has other features
   * @throws ValueError if the sequence is longer than the table
   */
  forward(x: Tensor, options: PlaceOptions = {}): Tensor {
    const where = "LearnedPositions.forward";
    const { T, offset, before } = expectPlaces(where, x, this.size, options);
    const remedy =
      "Cut it shorter, build the layer with more places, or use SinusoidalPositions, RotaryPositions or alibi.";
    expectRoom(where, this.length, T, before, remedy);
    const weight = this.inPrecision(this.weight) as Tensor;
    if (offset instanceof Tensor) return add(x, embedding(weight, placesFrom(offset, T)));
    return add(x, reshape(slice(weight, 0, offset, offset + T), [1, T, this.size]));
  }
}
