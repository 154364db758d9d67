import { type CTCLossOptions, ctcLoss, ctcStates, evaluate, grad, permute, sum, type Tensor } from "@unroll/nn";
import { type GoldenTensor, parseGoldenTensor } from "@unroll/testing";
import { type Check, DEFAULT_TOLERANCE, type Tolerance, UnsupportedCase } from "../../compare";
import { ABOUT, type Fields } from "../../fields";
import { checksOf, f32, i32, type Wanted } from "../tensors";

type Reduction = NonNullable<CTCLossOptions["reduction"]>;

interface Batch {
  readonly logits: Tensor;
  /** The logits as the losses take them, batch first. */
  readonly batchFirst: Tensor;
  readonly targets: Tensor;
  readonly options: { inputLengths: number[]; targetLengths: number[]; blank: number };
}

/** The CTC loss of logits, its gradient, and the forward and backward variables where they are stated. */
export async function runCtcLoss(fields: Fields): Promise<Check[]> {
  fields.only(...ABOUT, "op", "attributes", "inputs", "expected", "expected_tables", "atol", "rtol");
  const attributes = fields
    .fields("attributes")
    .only("blank", "layout", "reduction", "input", "grad_of", "zero_infinity");
  const batch = batchOf(fields, attributes);
  const reduction = reductionOf(attributes.text("reduction", "none"));
  const tolerance = fields.tolerance();
  const zeroInfinity = attributes.flag("zero_infinity", false);
  const wanted = lossesOf(fields, batch, { reduction, zeroInfinity });
  const checks = await checksOf(wanted.map((each) => ({ ...each, tolerance })));
  const tables = fields.has("expected_tables")
    ? await tablesOf(fields.fields("expected_tables"), batch, tolerance)
    : [];
  return [...checks, ...(await finiteGradient(fields, batch, reduction)), ...tables];
}

function batchOf(fields: Fields, attributes: Fields): Batch {
  const inputs = fields.fields("inputs").only("logits", "targets", "input_lengths", "target_lengths");
  const logits = f32(inputs.tensor("logits"));
  const layout = attributes.text("layout", "[T,N,C]");
  if (layout !== "[T,N,C]" && layout !== "[N,T,C]") throw new UnsupportedCase(`CTC logits ${layout}`);
  const lengths = (key: string): number[] => [...inputs.tensor(key).data];
  return {
    logits,
    batchFirst: layout === "[T,N,C]" ? permute(logits, [1, 0, 2]) : logits,
    targets: i32(inputs.tensor("targets")),
    options: {
      inputLengths: lengths("input_lengths"),
      targetLengths: lengths("target_lengths"),
      blank: attributes.number("blank", 0),
    },
  };
}

function reductionOf(reduction: string): Reduction {
  if (reduction === "none" || reduction === "sum" || reduction === "mean") return reduction;
  throw new UnsupportedCase(`reduction ${reduction} of ctc_loss`);
}

/** Gradients are of the sum of what is not reduced. */
function gradientOf({ batchFirst, logits, targets, options }: Batch, given: CTCLossOptions): Tensor {
  return grad(sum(ctcLoss(batchFirst, targets, { ...options, ...given })), [logits])[0] as Tensor;
}

function lossesOf(
  fields: Fields,
  batch: Batch,
  { reduction, zeroInfinity }: { reduction: Reduction; zeroInfinity: boolean },
): Omit<Wanted, "tolerance">[] {
  const expected = fields
    .fields("expected")
    .only("loss", "reduced_loss", "grad_logits", "grad_logits_all_finite", "loss_with_zero_infinity");
  const of = (given: CTCLossOptions): Tensor =>
    ctcLoss(batch.batchFirst, batch.targets, { ...batch.options, ...given });
  const wanted: Omit<Wanted, "tolerance">[] = [];
  const want = (what: string, actual: Tensor, golden: GoldenTensor) => wanted.push({ what, actual, expected: golden });
  if (expected.has("loss")) want("loss", of({ reduction: "none", zeroInfinity }), expected.tensor("loss"));
  if (expected.has("reduced_loss")) {
    const value = { dtype: "float64", shape: [], data: [expected.raw("reduced_loss")] };
    want("reduced loss", of({ reduction, zeroInfinity }), parseGoldenTensor(value, "expected.reduced_loss"));
  }
  if (expected.has("loss_with_zero_infinity")) {
    const golden = expected.tensor("loss_with_zero_infinity");
    want("loss with zeroInfinity", of({ reduction, zeroInfinity: true }), golden);
  }
  if (expected.has("grad_logits"))
    want("gradient", gradientOf(batch, { reduction, zeroInfinity }), expected.tensor("grad_logits"));
  return wanted;
}

/** Where no more is said of a gradient than that it is finite. */
async function finiteGradient(fields: Fields, batch: Batch, reduction: Reduction): Promise<Check[]> {
  if (!fields.fields("expected").flag("grad_logits_all_finite", false)) return [];
  const gradient = gradientOf(batch, { reduction });
  await evaluate([gradient]);
  const data = [Number((await gradient.data()).every(Number.isFinite))];
  return [
    {
      what: "gradient is finite",
      actual: { shape: [], data },
      expected: { dtype: "bool", shape: [], data: Float64Array.of(1) },
      tolerance: DEFAULT_TOLERANCE,
    },
  ];
}

/**
 * ln α and ln β of the rows stated, by step and state. Graves' own tables leave out, as −∞, states in which a path would
 * have too few steps left, or has had too few; those that a walk starts from stand in any case.
 */
async function tablesOf(
  tables: Fields,
  { batchFirst, targets, options }: Batch,
  tolerance: Tolerance,
): Promise<Check[]> {
  const { alpha, beta } = ctcStates(batchFirst, targets, options);
  await evaluate([alpha, beta]);
  const values = { alpha: await alpha.data(), beta: await beta.data() };
  const [, T = 0, width = 0] = alpha.shape;
  return tables.keys.flatMap((key) => {
    const b = Number(/^entry_(\d+)$/.exec(key)?.[1] ?? Number.NaN);
    if (Number.isNaN(b)) throw new UnsupportedCase(`tables of ${key}`);
    const entry = tables.fields(key).only("log_alpha[t][s]", "log_beta[t][s]");
    const [steps, S] = [options.inputLengths[b] as number, 2 * (options.targetLengths[b] as number) + 1];
    return (["alpha", "beta"] as const).map((name): Check => {
      const rows = entry.array(`log_${name}[t][s]`) as readonly (readonly unknown[])[];
      const stated = { dtype: "float64", shape: [steps, S], data: rows.flat() };
      const data = Float64Array.from({ length: steps * S }, (_, n) => {
        const [t, s] = [Math.floor(n / S), n % S];
        const isStart = t === (name === "alpha" ? 0 : steps - 1);
        const isWithin = (s >= S - 2 * (steps - t) && s < 2 * (t + 1)) || isStart;
        const value = values[name][(b * T + t) * width + s] as number;
        return isWithin && value > -1e29 ? value : Number.NEGATIVE_INFINITY;
      });
      const expected = parseGoldenTensor(stated, `expected_tables.${key}.${name}`);
      return { what: `${name} of row ${b}`, actual: { shape: [steps, S], data }, expected, tolerance };
    });
  });
}
