import { ValueError } from "@unroll/kernels";
import { mseLoss } from "../losses/elementwise";
import { Linear } from "../modules/linear";
import { add, sub, where, zeros } from "../ops/arithmetic";
import { concat } from "../ops/concat";
import { cast, square, tanh } from "../ops/elementwise";
import { expectOneOf } from "../ops/options";
import { mean } from "../ops/reduce";
import { reshape } from "../ops/reshape";
import { sequenceMask } from "../ops/sequence-mask";
import { slice } from "../ops/slice";
import { type Tensor, tensor } from "../tensor/tensor";
import { hostLengths, rowLengths } from "./batches";
import { lastHidden, type ModelCellOptions, makeCell, runCell, type SequenceCell } from "./cells";
import { expectBatch } from "./checks";
import { type ModelLengths, type ReadOptions, rngOf, SequenceModel } from "./sequence-model";

export type AutoencoderOptions = ModelCellOptions & {
  /** Features I of each step. */
  inputSize: number;
  hiddenSize: number;
  /**
   * `reconstruction`, as by default: the whole sequence from a code of it. `prediction`: each step from those before it.
   */
  task?: "reconstruction" | "prediction";
  /** Numbers of the code that a sequence is reconstructed from: hiddenSize by default; few leave room for the usual only. */
  codeSize?: number;
  inputDropout?: number;
  outputDropout?: number;
};

/** Sequences, whose true lengths may differ. */
export interface ScoreOptions {
  readonly x: Tensor;
  readonly lengths?: ModelLengths | undefined;
}

/**
 * Learns what usual sequences are like, so that unusual ones stand out by their error at each step, e_t = mean_i (x̂ − x)²:
 *   reconstruction   z = tanh(V·h_T + a) of one stack of layers, x̂_t = W·g_t + b of another, g, that reads z at each step
 *                    (Malhotra et al. 2016; the decoder sees the code alone, as in Srivastava et al. 2015)
 *   prediction       x̂_{t+1} = W·h_t + b; the first step, which nothing comes before, has error 0 (Malhotra et al. 2015)
 */
export class SequenceAutoencoder extends SequenceModel {
  readonly inputSize: number;
  readonly task: "reconstruction" | "prediction";
  readonly code: Linear | null; //              V and a
  readonly decoder: SequenceCell | null; //     g
  readonly output: Linear;

  /** @throws ValueError if a size or an option is out of range */
  constructor(options: AutoencoderOptions) {
    const where_ = "SequenceAutoencoder";
    const { task = "reconstruction", hiddenSize, inputSize, codeSize = hiddenSize } = options;
    super(where_, ["task", "codeSize"], options);
    this.inputSize = inputSize;
    this.task = expectOneOf(where_, { task }, ["reconstruction", "prediction"]);
    const reconstructs = task === "reconstruction";
    if (!reconstructs && this.cell.direction !== "forward") {
      throw new ValueError({
        where: where_,
        what: "direction",
        expected: "forward where steps are predicted: what is to be predicted must not be seen",
        received: this.cell.direction,
      });
    }
    this.code = reconstructs ? new Linear(this.cell.outputSize, codeSize, rngOf(options)) : null;
    this.decoder = reconstructs ? makeCell(where_, codeSize, hiddenSize, options) : null;
    this.output = new Linear((this.decoder ?? this.cell).outputSize, inputSize, rngOf(options));
  }

  /**
   * @param x [B, T, I]
   * @returns x̂ [B, T, I]: the steps reconstructed; or predicted, the first as it is
   */
  forward(x: Tensor, options: ReadOptions = {}): Tensor {
    const { lengths } = this.told("forward", x, options);
    const given = rowLengths("SequenceAutoencoder", x, lengths);
    const { output, state } = this.read(x, { lengths: given });
    if (!this.code || !this.decoder) return this.#predicted(x, output);
    const code = tanh(this.code.forward(this.outputDropout.forward(lastHidden(this.cell, state))));
    const [B = 0, T = 0] = x.shape;
    const Z = this.code.outputSize;
    const everywhere = add(reshape(cast(code, "f32"), [B, 1, Z]), zeros([B, T, Z])); // the code at each step
    return this.output.forward(runCell(this.decoder, everywhere, { lengths: given }).output);
  }

  /** The mean squared error of a batch, over the steps within their rows' lengths. */
  loss(batch: ScoreOptions): Tensor {
    const { x, lengths } = expectBatch("SequenceAutoencoder.loss", batch);
    const given = rowLengths("SequenceAutoencoder.loss", x, lengths);
    const [B = 0, T = 0] = x.shape;
    const made = this.forward(x, { lengths: given });
    const mask = given && sequenceMask(given, T);
    if (this.task === "reconstruction") return mseLoss(made, x, { mask });
    // The first step is no prediction.
    const later = tensor(
      Uint32Array.from({ length: B * T }, (_, n) => (n % T > 0 ? 1 : 0)),
      { shape: [B, T] },
    );
    const counts = cast(later, "bool");
    return mseLoss(made, x, { mask: mask ? cast(where(mask, cast(counts, "f32"), 0), "bool") : counts });
  }

  /** The error of each step, for each row as many as it has steps: what is large is unusual. Dropout is off. */
  async scores(batch: ScoreOptions): Promise<Float32Array[]> {
    const { x, lengths } = expectBatch("SequenceAutoencoder.scores", batch);
    const errors = this.asEvaluated(() => {
      const made = cast(this.forward(x, { lengths }), "f32");
      return mean(square(sub(made, cast(x, "f32"))), { axes: [2] });
    });
    const [B = 0, T = 0] = x.shape;
    const [values, steps] = await Promise.all([errors.data(), hostLengths(B, T, lengths)]);
    return steps.map((length, row) => Float32Array.from(values.subarray(row * T, row * T + length)));
  }

  #predicted(x: Tensor, output: Tensor): Tensor {
    const [, T] = x.shape as [number, number, number];
    const first = cast(slice(x, 1, 0, 1), "f32");
    if (T === 1) return first;
    const next = this.output.forward(this.outputDropout.forward(slice(output, 1, 0, T - 1)));
    return concat([first, cast(next, "f32")], 1);
  }
}
