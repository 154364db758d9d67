import { ValueError } from "@unroll/kernels";
import { kindOf } from "../tensor/kind";

const where = "train";

/** What `evaluate` returned. @throws ValueError unless it is a record of numbers, NaN among them */
export function expectMetrics(metrics: Readonly<Record<string, number>>): Readonly<Record<string, number>> {
  const kind = kindOf(metrics);
  if (kind !== "an Object") {
    const remedy = "Return its metrics by name: { accuracy }.";
    throw new ValueError({
      where,
      what: "what evaluate returned",
      expected: "a record of numbers",
      received: kind,
      remedy,
    });
  }
  for (const [name, value] of Object.entries(metrics)) {
    if (typeof value === "number") continue;
    const received = kindOf(value);
    const remedies: Readonly<Record<string, string>> = { "a Promise": "Await it.", "a Tensor": "Await its item()." };
    const remedy = remedies[received] ?? "Leave it out, or return a number.";
    throw new ValueError({ where, what: `metrics.${name}`, expected: "a number", received, remedy });
  }
  return metrics;
}
