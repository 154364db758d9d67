import { expectExtent, type GRU, type LSTM, type RNN, type Tensor } from "@unroll/nn";
import { type Encoded, type EncodeOptions, Encoder } from "./encoder";
import { type EncoderLayerOptions, LAYER_OPTIONS, recurrentOptions } from "./layer-options";
import { recurrentLayer, runLayers } from "./layer-states";
import { SourceInput, type SourceOptions } from "./source-input";

export type RecurrentEncoderOptions = EncoderLayerOptions & SourceOptions;

/**
 * Recurrent layers over a source: the encoder of Sutskever et al. (2014) and Cho et al. (2014); `bidirectional`, that of
 * Bahdanau et al. (2015), whose annotation of a word is what both directions say of it. The memory is the last layer's
 * output, the state each layer's last one.
 */
export class RecurrentEncoder extends Encoder {
  readonly memorySize: number;
  readonly stateSizes: readonly number[];
  readonly hasCell: boolean;
  readonly input: SourceInput;
  readonly recurrent: RNN | LSTM | GRU;

  /** @throws ValueError if a size or option is out of range */
  constructor(hiddenSize: number, options: RecurrentEncoderOptions) {
    super();
    const where = "RecurrentEncoder";
    expectExtent(where, { hiddenSize });
    this.input = new SourceInput(where, options, { own: LAYER_OPTIONS });
    const { cell = "gru", layers = 1 } = options;
    this.recurrent = recurrentLayer(where, cell, this.input.size, hiddenSize, recurrentOptions(options));
    this.memorySize = this.recurrent.outputSize;
    this.stateSizes = new Array<number>(layers).fill(this.memorySize);
    this.hasCell = cell === "lstm";
  }

  encode(source: Tensor, options: EncodeOptions = {}): Encoded {
    const lengths = this.input.check(source, options);
    const { output, state } = runLayers(this.recurrent, this.input.forward(source), lengths);
    const copyIds = options.copyIds ?? (this.input.embedding ? source : undefined);
    return { memory: output, lengths, state, copyIds };
  }
}
