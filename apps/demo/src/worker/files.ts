import { ValueError } from "@unroll/kernels";
import { exportONNX, type PyTorchOptions, saveTorch, toPyTorch } from "@unroll/nn";
import { kindsOf, type Run } from "../experiment/experiment";

/*
 * What only a visitor who wants a file needs: fetched when one is asked for.
 */
export { load, save } from "@unroll/nn";

/** What a file tells of the run that it is made of. */
export interface Made {
  readonly run: Run;
  /** The path of its lab. */
  readonly lab: string;
}

/** A model as an ONNX file. */
export function onnxOf(made: Made): Promise<Uint8Array<ArrayBuffer>> {
  const { loss: _, ...options } = exportedBy(made); // only a script says how it is trained
  return exportONNX(made.run.model, options);
}

/** A model as PyTorch has it: its class, where one can be written, and its weights. */
export async function pytorchOf(made: Made): Promise<{ script: string | null; weights: Uint8Array<ArrayBuffer> }> {
  const { run, lab } = made;
  const named = { ...exportedBy(made), className: classNameOf(lab) };
  const script = kindsOf(run).includes("pytorch") ? toPyTorch(run.model, named) : null;
  return { script, weights: await saveTorch(run.model) };
}

function exportedBy({ run: { exported }, lab }: Made): PyTorchOptions {
  if (exported) {
    const { to: _, ...options } = exported;
    return options;
  }
  throw new ValueError({
    where: "gallery",
    what: "a model to export",
    expected: "one with a single forward pass",
    received: `that of ${lab}`,
    remedy: "Save its weights instead.",
  });
}

/** "MemorySum" of "memory/sum": the name that the model's class has in the built site says nothing. */
const classNameOf = (lab: string): string => lab.replace(/(?:^|\W)(\w)/g, (_, first: string) => first.toUpperCase());
