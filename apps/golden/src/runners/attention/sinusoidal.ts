import { SinusoidalPositions } from "@unroll/attention";
import { reshape, zeros } from "@unroll/nn";
import { type Check, UnsupportedCase } from "../../compare";
import { ABOUT, type Fields } from "../../fields";
import { checksOf } from "../tensors";

/** The table of sinusoidal positions: what the layer adds to zeros. */
export async function runSinusoidal(fields: Fields): Promise<Check[]> {
  fields.only(...ABOUT, "op", "config", "expected", "atol", "rtol");
  const config = fields.fields("config").only("length", "d_model", "max_timescale", "interleaved");
  const isInterleaved = config.text("interleaved") === "sin at even, cos at odd feature indices";
  if (!isInterleaved) throw new UnsupportedCase(config.text("interleaved"));
  const [T, size] = [config.number("length"), config.number("d_model")];
  const positions = new SinusoidalPositions(size, { base: config.number("max_timescale"), length: 1 });
  const actual = reshape(positions.forward(zeros([1, T, size])), [T, size]);
  const expected = fields.fields("expected").only("table").tensor("table");
  return checksOf([{ what: "table", actual, expected, tolerance: fields.tolerance() }]);
}
