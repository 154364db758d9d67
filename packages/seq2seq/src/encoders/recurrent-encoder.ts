import { expectExtent, type GRU, type LSTM, type RNN, reverseSequence, type Tensor } from "@unroll/nn";
import { type Encoded, type EncodeOptions, Encoder } from "./encoder";
import { type EncoderLayerOptions, recurrentOptions } from "./layer-options";
import { recurrentLayer, runLayers } from "./layer-states";
import { SourceInput, type SourceOptions } from "./source-input";

export type RecurrentEncoderOptions = EncoderLayerOptions &
  SourceOptions & {
    /**
     * Whether each source is read from its end to its beginning (Sutskever et al. 2014), so that a decoder starts near
     * what it begins with. The memory stays in the order of the source.
     */
    reverse?: boolean;
  };

/**
 * Recurrent layers over a source: the encoder of Sutskever et al. (2014) and Cho et al. (2014); `bidirectional`, that of
 * Bahdanau et al. (2015), whose annotation of a word is what both directions say of it. The memory is the last layer's
 * output, the state each layer's last one.
 */
export class RecurrentEncoder extends Encoder {
  readonly memorySize: number;
  readonly stateSizes: readonly number[];
  readonly hasCell: boolean;
  readonly reverse: boolean;
  readonly input: SourceInput;
  readonly recurrent: RNN | LSTM | GRU;

  /** @throws ValueError if a size or option is out of range */
  constructor(hiddenSize: number, options: RecurrentEncoderOptions) {
    super();
    const where = "RecurrentEncoder";
    const { cell = "gru", layers = 1, reverse = false } = options;
    expectExtent(where, { hiddenSize });
    this.input = new SourceInput(where, options);
    this.recurrent = recurrentLayer(cell, this.input.size, hiddenSize, recurrentOptions(options));
    this.memorySize = this.recurrent.outputSize;
    this.stateSizes = new Array<number>(layers).fill(this.memorySize);
    this.hasCell = cell === "lstm";
    this.reverse = reverse;
  }

  encode(source: Tensor, options: EncodeOptions = {}): Encoded {
    const lengths = this.input.check(source, options);
    const inOrder = (x: Tensor): Tensor => (this.reverse ? reversed(x, lengths) : x);
    const { output, state } = runLayers(this.recurrent, this.input.forward(inOrder(source)), lengths);
    const copyIds = options.copyIds ?? (this.input.embedding ? source : undefined);
    return { memory: inOrder(output), lengths, state, copyIds };
  }
}

/** Each row's true steps the other way round. */
function reversed(x: Tensor, lengths: Tensor | undefined): Tensor {
  const [B, S] = x.shape as [number, number];
  return reverseSequence(x, lengths ?? new Array<number>(B).fill(S));
}
