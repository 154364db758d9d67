import {
  add,
  cast,
  concat,
  div,
  expectExtent,
  type GRU,
  type LayerState,
  type LSTM,
  type RNN,
  reshape,
  type Tensor,
  zeros,
} from "@unroll/nn";
import { type Encoded, type EncodeOptions, Encoder } from "./encoder";
import { type EncoderLayerOptions, recurrentOptions } from "./layer-options";
import { recurrentLayer, runLayers } from "./layer-states";
import { SourceInput, type SourceOptions } from "./source-input";

export type PyramidalEncoderOptions = Omit<EncoderLayerOptions, "layers"> &
  SourceOptions & {
    /** Layers that halve the steps, above one that reads them all; 3 by default, an eighth of the steps. */
    halvings?: number;
  };

/**
 * Recurrent layers of which each above the first reads two steps of the one below as one (Chan et al. 2016, eq. 5):
 *   h_i^j = layer(h_{i−1}^j, [h_{2i}^{j−1}; h_{2i+1}^{j−1}])
 * Sounds have more steps than words: a memory of an eighth of them is quicker to attend to, and easier to learn to.
 * A row whose steps are odd in number ends with one beside zeros; its length is rounded up.
 */
export class PyramidalEncoder extends Encoder {
  readonly memorySize: number;
  readonly stateSizes: readonly number[];
  readonly hasCell: boolean;
  readonly input: SourceInput;
  readonly levels: readonly (RNN | LSTM | GRU)[];

  /** @throws ValueError if a size or option is out of range */
  constructor(hiddenSize: number, options: PyramidalEncoderOptions) {
    super();
    const where = "PyramidalEncoder";
    expectExtent(where, { hiddenSize });
    this.input = new SourceInput(where, options, { own: ["cell", "halvings", "direction"] });
    const { halvings = 3, cell = "lstm", direction = "bidirectional" } = options;
    expectExtent(where, { halvings });
    this.memorySize = direction === "bidirectional" ? 2 * hiddenSize : hiddenSize;
    const layer = recurrentOptions({ ...options, direction });
    this.levels = Array.from({ length: halvings + 1 }, (_, level) =>
      recurrentLayer(where, cell, level === 0 ? this.input.size : 2 * this.memorySize, hiddenSize, layer),
    );
    this.stateSizes = this.levels.map(() => this.memorySize);
    this.hasCell = cell === "lstm";
  }

  encode(source: Tensor, options: EncodeOptions = {}): Encoded {
    let lengths = this.input.check(source, options);
    let memory = this.input.forward(source);
    const state: LayerState[] = [];
    for (const [level, layer] of this.levels.entries()) {
      if (level > 0) {
        memory = this.input.dropout.forward(inPairs(memory));
        lengths = lengths && div(add(lengths, 1), 2);
      }
      const ended = runLayers(layer, memory, lengths);
      memory = ended.output;
      state.push(...ended.state);
    }
    return { memory, lengths, state, copyIds: options.copyIds };
  }
}

/** Every two steps of x [B, S, D] side by side: [B, ⌈S/2⌉, 2D]. */
function inPairs(x: Tensor): Tensor {
  const [B, S, D] = x.shape as [number, number, number];
  const even = S % 2 === 0 ? x : concat([x, cast(zeros([B, 1, D]), x.dtype)], 1);
  return reshape(even, [B, Math.ceil(S / 2), 2 * D]);
}
