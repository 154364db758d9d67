import { withVariants } from "../core";
import { plainConv2d, plainConv2dInput, plainConv2dWeight } from "./plain";
import { conv2dInputVariants, conv2dVariants, conv2dWeightVariants } from "./tiled";

/**
 * Two-dimensional convolution, as learning calls what signal theory calls correlation (LeCun et al. 1989), with zeros around each image:
 *   y[n, o, i, j] = b[o] + Σ_{c, a, b} w[o, c, a, b] · x[n, c, i·s + a·d − p, j·s + b·d − p]
 * Channels lie in G groups of C inputs and O outputs each, and an output sees the inputs of its own group. Images lie as
 * [G·C, H, W], or with `channels: "last"` as [H, W, G·C]; weights always as [G·O, C, kH, kW]. With H = kH = 1 it is the
 * convolution of sequences. Every result is one sum, over taps and then channels: its bits depend on nothing else.
 */
export const conv2d = withVariants(plainConv2d, conv2dVariants);

/** The gradient of a convolution's input: each element gathers from the outputs that it took part in, tap by tap. */
export const conv2dBackwardInput = withVariants(plainConv2dInput, conv2dInputVariants);

/**
 * The gradient of a convolution's weights, in S parts of N/S images each, to be added by `sumParts`; one part is the
 * gradient itself. Each is one sum over images, rows and columns: outputs whose gradient is zero change no bit.
 */
export const conv2dBackwardWeight = withVariants(plainConv2dWeight, conv2dWeightVariants);
