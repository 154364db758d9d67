import { AdditiveAttention } from "@unroll/attention";
import { tensor, zeros } from "@unroll/nn";
import { messagesOf } from "@unroll/testing";
import { expect, test } from "vitest";
import { BahdanauDecoder, PlainDecoder } from "../decoders";
import { EncoderDecoder } from "../models";
import { Captioner } from "./captioner";
import { ConvolutionalGridEncoder } from "./convolutional-grid-encoder";
import { FeatureGridEncoder } from "./feature-grid-encoder";

const layers = [{ channels: 4 }, { channels: 6 }];
const images = () => new ConvolutionalGridEncoder({ imageSize: [8, 12], layers });
const features = () => new FeatureGridEncoder(5, { grid: [2, 3] });

const bad: Record<string, () => unknown> = {
  "features in a row": () => features().encode(zeros([4, 6, 5])),
  "features of one cell": () => new FeatureGridEncoder(5).encode(zeros([4, 5])),
  "a grid without cells": () => new FeatureGridEncoder(5).encode(zeros([4, 0, 3, 5])),
  "no grid at all": () => new FeatureGridEncoder(5).encode(zeros([0, 2, 3, 5])),
  "a grid of other cells": () => features().encode(zeros([4, 3, 3, 5])),
  "features of other channels": () => new FeatureGridEncoder(5).encode(zeros([4, 2, 3, 6])),
  "features whose channels come first": () => new FeatureGridEncoder(5).encode(zeros([4, 5, 2, 3])),
  "features that are whole numbers": () => features().encode(tensor(new Int32Array(30), { shape: [1, 2, 3, 5] })),
  "features of no channels": () => new FeatureGridEncoder(0),
  "positions of cells nobody knows": () => new FeatureGridEncoder(5, { positions: true }),
  "a grid of no rows": () => new FeatureGridEncoder(5, { grid: [0, 3] }),
  "an image of another size": () => images().encode(zeros([2, 12, 8, 3])),
  "an image with its opacity": () => images().encode(zeros([2, 8, 12, 4])),
  "an image whose channels come first": () => images().encode(zeros([2, 3, 8, 12])),
  "one image without a batch": () => images().encode(zeros([8, 12, 3])),
  "no image": () => images().encode(zeros([0, 8, 12, 3])),
  "an image of whole numbers": () => images().encode(tensor(new Int32Array(288), { shape: [1, 8, 12, 3] })),
  "lengths of an image": () => images().encode(zeros([2, 8, 12, 3]), { lengths: [3, 4] }),
  "an image that vanishes": () =>
    new ConvolutionalGridEncoder({ imageSize: [2, 2], layers: [{ channels: 4, kernelSize: 4, stride: 4 }] }),
  "no layers": () => new ConvolutionalGridEncoder({ imageSize: [8, 8], layers: [] }),
  "a layer without channels": () => new ConvolutionalGridEncoder({ imageSize: [8, 8], layers: [{ channels: 0 }] }),
  "a stride of 0": () => new ConvolutionalGridEncoder({ imageSize: [8, 8], layers: [{ channels: 4, stride: 0 }] }),
  "a map of words for a decoder without attention": () => {
    const encoder = images();
    const sizes = { vocabularySize: 5, embeddingSize: 3, hiddenSize: 4 };
    const model = new EncoderDecoder(encoder, new PlainDecoder({ encoder, ...sizes }), { startId: 0, endId: 1 });
    const target = tensor(Uint32Array.of(2, 1), { shape: [1, 2] });
    return model.loss({ source: zeros([1, 8, 12, 3]), target }, { doublyStochastic: 1 });
  },
  "a λ below 0": () => {
    const encoder = images();
    const attention = new AdditiveAttention(4, encoder.memorySize);
    const sizes = { vocabularySize: 5, embeddingSize: 3, hiddenSize: 4 };
    const decoder = new BahdanauDecoder({ encoder, attention, ...sizes });
    const target = tensor(Uint32Array.of(2, 1), { shape: [1, 2] });
    const model = new Captioner(encoder, decoder, { startId: 0, endId: 1 });
    return model.loss({ source: zeros([1, 8, 12, 3]), target }, { doublyStochastic: -1 });
  },
  "an image of no height": () => new ConvolutionalGridEncoder({ imageSize: [0, 8], layers }),
};

test("what is wrong is said before anything runs", () => {
  expect(messagesOf(bad)).toMatchInlineSnapshot(`
    {
      "a grid of no rows": "ValueError: FeatureGridEncoder: grid's rows should be a positive whole number but is 0.",
      "a grid of other cells": "ShapeError: FeatureGridEncoder.encode: features should be a grid [B, 2, 3, 5] of at least one image and one cell but is [4, 3, 3, 5]. An encoder without the option grid takes grids of any number of rows and columns from 1.",
      "a grid without cells": "ShapeError: FeatureGridEncoder.encode: features should be a grid [B, rows, columns, 5] of at least one image and one cell but is [4, 0, 3, 5]. An encoder without the option grid takes grids of any number of rows and columns from 1.",
      "a layer without channels": "ValueError: Conv2d: outputChannels should be a positive whole number but is 0.",
      "a map of words for a decoder without attention": "ValueError: EncoderDecoder.loss: doublyStochastic should be 0 for a decoder without attention but is 1. Leave it out, or build the model with a decoder that attends.",
      "a stride of 0": "ValueError: ConvolutionalGridEncoder: stride should be a positive whole number but is 0.",
      "a λ below 0": "ValueError: EncoderDecoder.loss: doublyStochastic should be a finite number, at least 0 but is -1.",
      "an image of another size": "ShapeError: ConvolutionalGridEncoder.encode: images should be [B, 8, 12, 3] but is [2, 12, 8, 3]. Draw them at that size, or build the encoder with another imageSize.",
      "an image of no height": "ValueError: ConvolutionalGridEncoder: imageSize's height should be a positive whole number but is 0.",
      "an image of whole numbers": "DTypeError: ConvolutionalGridEncoder.encode: images should be f32 or f16 but is i32. Make it with tensor(values, { dtype: "f32" }), or cast it.",
      "an image that vanishes": "ValueError: ConvolutionalGridEncoder: imageSize should be large enough that its layers leave a cell but is 2 by 2. Leave layers out, or give them a stride of 1.",
      "an image whose channels come first": "ShapeError: ConvolutionalGridEncoder.encode: images should be [B, 8, 12, 3] but is [2, 3, 8, 12]. Channels come last, as a canvas has them: permute(images, [0, 2, 3, 1]) brings them there.",
      "an image with its opacity": "ShapeError: ConvolutionalGridEncoder.encode: images should be [B, 8, 12, 3] but is [2, 8, 12, 4]. The last axis must equal inputChannels: a canvas has 4, of which the last, the opacity, may be left out, or build the encoder with inputChannels 4.",
      "features in a row": "ShapeError: FeatureGridEncoder.encode: features should be a grid [B, 2, 3, 5] of at least one image and one cell but is [4, 6, 5]. Cells in a row are no grid: reshape(features, [B, rows, columns, channels]).",
      "features of no channels": "ValueError: FeatureGridEncoder: inputSize should be a positive whole number but is 0.",
      "features of one cell": "ShapeError: FeatureGridEncoder.encode: features should be a grid [B, rows, columns, 5] of at least one image and one cell but is [4, 5]. Take them from before the network's last pooling, where there is a vector for each cell.",
      "features of other channels": "ShapeError: FeatureGridEncoder.encode: features should be a grid [B, rows, columns, 5] of at least one image and one cell but is [4, 2, 3, 6]. The last axis must equal inputSize: build the encoder with new FeatureGridEncoder(6).",
      "features that are whole numbers": "DTypeError: FeatureGridEncoder.encode: features should be f32 or f16 but is i32. Make it with tensor(values, { dtype: "f32" }), or cast it.",
      "features whose channels come first": "ShapeError: FeatureGridEncoder.encode: features should be a grid [B, rows, columns, 5] of at least one image and one cell but is [4, 5, 2, 3]. Channels come last: permute(features, [0, 2, 3, 1]) brings them there.",
      "lengths of an image": "ValueError: ConvolutionalGridEncoder.encode: lengths should be absent: all cells of a grid count but is given. Leave them out, sourceLengths of a batch too.",
      "no grid at all": "ShapeError: FeatureGridEncoder.encode: features should be a grid [B, rows, columns, 5] of at least one image and one cell but is [0, 2, 3, 5]. Leave empty batches out.",
      "no image": "ShapeError: ConvolutionalGridEncoder.encode: images should be [B, 8, 12, 3] but is [0, 8, 12, 3]. Leave empty batches out.",
      "no layers": "ValueError: ConvolutionalGridEncoder: layers.length should be a positive whole number but is 0.",
      "one image without a batch": "ShapeError: ConvolutionalGridEncoder.encode: images should be [B, 8, 12, 3] but is [8, 12, 3]. One image is a batch of one: reshape(image, [1, height, width, channels]).",
      "positions of cells nobody knows": "ValueError: FeatureGridEncoder: grid's rows should be a positive whole number but is 0.",
    }
  `);
});
