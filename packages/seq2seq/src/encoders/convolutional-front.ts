import { ValueError } from "@unroll/kernels";
import { add, Conv1d, div, expectExtent, type Generator, relu, type Tensor } from "@unroll/nn";
import { type Encoded, type EncodeOptions, Encoder } from "./encoder";
import { SourceInput, type SourceOptions } from "./source-input";

export type ConvolutionalFrontOptions = SourceOptions & {
  /** Features of each convolution's output, the first's first: one layer for each. */
  channels: readonly number[];
  /** Steps that a convolution sees, odd; 3 by default. */
  kernelSize?: number;
  /** Steps from one output to the next; 1 by default. */
  stride?: number;
};

/**
 * Convolutions along the steps of a source, each with a relu, before another encoder: what neighbouring steps say
 * together, and with a stride of 2 half as many steps a layer. Padding is zeros at every layer, so it changes no number.
 */
export class ConvolutionalFront extends Encoder {
  readonly input: SourceInput;
  readonly convolutions: readonly Conv1d[];
  readonly encoder: Encoder;
  readonly stride: number;

  /**
   * @param makeEncoder makes what reads the convolutions' output, features [B, S, channels]
   * @throws ValueError if a size is not a positive whole number, or `kernelSize` is even
   */
  constructor(makeEncoder: (inputSize: number) => Encoder, options: ConvolutionalFrontOptions) {
    super();
    const where = "ConvolutionalFront";
    this.input = new SourceInput(where, options, { own: ["channels", "kernelSize", "stride"] });
    const { channels, kernelSize = 3, stride = 1, rng } = options;
    expectExtent(where, { "channels.length": channels?.length });
    expectExtent(where, { stride });
    if (expectExtent(where, { kernelSize }) % 2 === 0) {
      const expected = "odd, so that as many zeros stand at both ends";
      throw new ValueError({ where, what: "kernelSize", expected, received: String(kernelSize) });
    }
    this.stride = stride;
    this.convolutions = channels.map((into, layer) => {
      const from = layer === 0 ? this.input.size : (channels[layer - 1] as number);
      return new Conv1d(from, into, kernelSize, convolutionOptions(kernelSize, stride, rng));
    });
    this.encoder = makeEncoder(channels.at(-1) as number);
  }

  get memorySize(): number {
    return this.encoder.memorySize;
  }

  get stateSizes(): readonly number[] {
    return this.encoder.stateSizes;
  }

  get hasCell(): boolean {
    return this.encoder.hasCell;
  }

  encode(source: Tensor, options: EncodeOptions = {}): Encoded {
    let lengths = this.input.check(source, options);
    let x = this.input.forward(source);
    for (const convolution of this.convolutions) {
      x = relu(convolution.forward(x, { lengths }));
      // of L steps ⌈L/stride⌉ begin within the row, as of S steps do
      if (lengths && this.stride > 1) lengths = div(add(lengths, this.stride - 1), this.stride);
    }
    const isKept = this.stride === 1 && this.input.embedding !== null; // as many steps as the source has tokens
    return this.encoder.encode(x, { lengths, copyIds: options.copyIds ?? (isKept ? source : undefined) });
  }
}

/** Zeros at both ends, as many as make ⌈S/stride⌉ steps of S. */
function convolutionOptions(kernelSize: number, stride: number, rng: Generator | undefined) {
  return { ...(rng ? { rng } : {}), stride, padding: (kernelSize - 1) / 2 };
}
