import { UnsupportedError } from "@unroll/kernels";
import { sizeOf } from "../../../tensor/shape";
import { type Python, type PythonCall, WHERE } from "./python-call";

type Dims = { readonly outer: number; readonly V?: number; readonly N: number };

/** The axis of x that is `extent` long with `outer` elements before it. */
function axisOf({ tensor }: PythonCall, { outer }: Dims, extent: number, fits: (axis: number) => boolean = () => true) {
  const { shape } = tensor("x");
  const isAxis = (_: number, axis: number): boolean => sizeOf(shape.slice(0, axis)) === outer && shape[axis] === extent;
  return shape.findIndex((own, axis) => isAxis(own, axis) && fits(axis));
}

/** Indices that count from the start: PyTorch's own functions take no others. */
const fromStart = (ids: string, x: string, axis: number): string => `${ids}.long() % ${x}.shape[${axis}]`;

const REDUCTIONS: Readonly<Record<string, string>> = { mul: "prod", min: "amin", max: "amax" };

export const INDEXING: Readonly<Record<string, Python>> = {
  cumSum(call) {
    const { attributes, input } = call;
    const { exclusive, reverse } = attributes;
    const dims = attributes.dims as Dims;
    const axis = axisOf(call, dims, dims.N);
    const x = input("x");
    const sums = reverse ? `${x}.flip(${axis}).cumsum(${axis}).flip(${axis})` : `${x}.cumsum(${axis})`;
    return exclusive ? `${sums} - ${x}` : sums;
  },
  gather(call) {
    const { attributes, input, tensor, result } = call;
    const dims = attributes.dims as Dims;
    const [x, ids] = [input("x"), input("ids")];
    const { node, shape, rank } = tensor("ids");
    if (node.kind === "kernel" && node.kernel.name === "flat_indices") {
      if (dims.outer === 1) return `${x}[${ids}.long().unbind(-1)]`;
      throw new UnsupportedError({ where: WHERE, what: "gatherND with batchDims is not written in Python" });
    }
    if (attributes.ids === "elements") {
      const axis = axisOf(call, dims, dims.V ?? 0);
      return `torch.gather(${x}, ${axis}, ${fromStart(ids, x, axis)})`;
    }
    const axis = axisOf(call, dims, dims.V ?? 0, (at) => result.shape.slice(at, at + rank).join() === shape.join());
    return `${x}[${":, ".repeat(axis)}${ids}.long()]`;
  },
  reverseSequence({ input }) {
    const x = input("x");
    return `${x}[torch.arange(${x}.shape[0], device=${x}.device)[:, None], ${input("ids")}.long()]`;
  },
  scatterElements({ attributes, input }) {
    const { at, reduction } = attributes;
    const x = input("x");
    const given = `${Number(at)}, ${fromStart(input("ids"), x, Number(at))}, ${input("updates")}`;
    if (reduction === "none") return `${x}.scatter(${given})`;
    if (reduction === "add") return `${x}.scatter_add(${given})`;
    return `${x}.scatter_reduce(${given}, "${REDUCTIONS[String(reduction)]}")`;
  },
  topK({ attributes, input, output }) {
    const found = `torch.topk(${input("x")}, ${attributes.K}, largest=${attributes.smallest ? "False" : "True"})`;
    return `${found}.${output}`;
  },
};
