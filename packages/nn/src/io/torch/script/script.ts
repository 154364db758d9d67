import { UnsupportedError } from "@unroll/kernels";
import type { Module } from "../../../modules/module";
import { Recurrent } from "../../../modules/recurrent-of";
import type { Parameter } from "../../../tensor/parameter";
import type { Tensor } from "../../../tensor/tensor";
import { expectTraced } from "../../tracing/expect-traced";
import { type TraceOptions, traceModel } from "../../tracing/trace";
import { counterpart } from "../counterpart";
import { describeModel } from "../describe-model";
import { expectTorchModule } from "../module-description";
import { ForwardWriter } from "./forward";
import { accessOf, expectWritable, hasOwnWeights, leavesOf, submodules } from "./modules";
import { WHERE } from "./python-call";
import { expectPythonNames, isClassName } from "./python-names";
import { SAME } from "./windows";

export interface PyTorchOptions extends TraceOptions {
  /** What the script trains on; cross-entropy of the first output unless said otherwise. */
  readonly loss?: "crossEntropy" | "mse" | "bceWithLogits";
  /** The name of the Python class; the model's own by default, or Model where that cannot be one: bundlers shorten names. */
  readonly className?: string;
}

/** The first output and the targets, in PyTorch's words. */
const LOSSES = {
  crossEntropy: "F.cross_entropy(output.flatten(0, -2), target.flatten().long())",
  mse: "F.mse_loss(output, target.float())",
  bceWithLogits: "F.binary_cross_entropy_with_logits(output, target.float())",
} as const;

/**
 * A Python script that rebuilds a model as PyTorch modules at the same paths, loads what `saveTorch` wrote, trains on,
 * alone or under `torchrun` with DistributedDataParallel, and saves weights that `loadTorch` reads.
 *
 *     toPyTorch(model, { inputs: { tokens: { shape: ["batch", "time"], dtype: "i32" } } })
 *
 * `forward` is recorded, not run; see `exportONNX` for `inputs`.
 * @throws UnsupportedError naming the module or operation that is not written in Python
 * @throws ShapeError, ValueError if `inputs` are described wrongly
 */
export function toPyTorch(model: Module, options: PyTorchOptions): string {
  expectTraced(WHERE, options, ["className", "loss"]);
  const own = model.constructor.name;
  const name = options.className ?? (isClassName(own) ? own : "Model");
  refuseCells(model);
  refuseOtherNames(model);
  expectWritable(model);
  for (const description of describeModel(WHERE, model).values()) expectTorchModule(WHERE, description);
  expectPythonNames({ className: name, inputs: Object.keys(options.inputs), paths: [...leavesOf(model).keys()] });
  const made = submodules(model);
  const traced = traceModel(WHERE, model, options);
  const writer = new ForwardWriter(traced, readableParameters(model), (path) => accessOf(model, path));
  const outputs = [...traced.outputs].map(([key, output]) => [key, writer.value(output)] as const);
  const [[only, value] = ["", ""]] = outputs;
  const returned =
    outputs.length === 1 && only === "output"
      ? value
      : `{${outputs.map(([key, each]) => `${JSON.stringify(key)}: ${each}`).join(", ")}}`;
  const inputs = [...traced.inputs.keys()];
  const body = [...made, ...ties(model)].map((line) => `        ${line}`);
  const forward = [...writer.lines, `return ${returned}`].map((line) => `        ${line}`);
  return `${[
    ...header(inputs),
    ...(writer.usesRun ? RUN : []),
    ...(writer.lines.some((line) => /(?<!\.)\bsame\(/.test(line)) ? SAME : []),
    `class ${name}(nn.Module):`,
    "    def __init__(self):",
    "        super().__init__()",
    ...body,
    "",
    `    def forward(self, ${writer.inputs.join(", ")}):`,
    ...forward,
    "",
    "",
    ...training({ name, inputs, loss: LOSSES[options.loss ?? "crossEntropy"], hasUnused: outputs.length > 1 }),
  ].join("\n")}\n`;
}

/** PyTorch has no layer that runs a cell of one's own, and a loop in Python would train many times slower. */
function refuseCells(model: Module): void {
  for (const [path, module] of model.namedModules()) {
    if (!(module instanceof Recurrent)) continue;
    throw new UnsupportedError({
      where: WHERE,
      what: `${path || "the model"} is a Recurrent layer over ${module.cells[0]?.constructor.name}, which PyTorch has no counterpart of`,
      remedy:
        "Use RNN, LSTM or GRU where one of them will do; to serve the model as it is, exportONNX writes such layers.",
    });
  }
}

/** `saveTorch` names their weights as PyTorch's own modules do, which the script, part by part, would look for in vain. */
function refuseOtherNames(model: Module): void {
  for (const [path, module] of model.namedModules()) {
    const { attentionSizes, torchNames, hasTorchParameters, torchInputs } = counterpart(module);
    if (!attentionSizes && !torchNames && !hasTorchParameters && !torchInputs) continue;
    throw new UnsupportedError({
      where: WHERE,
      what: `no Python is written for ${path || "the model"}, a ${module.constructor.name}`,
      remedy:
        "Build PyTorch's own module of that kind at the same path and load what saveTorch writes; its names fit there.",
    });
  }
}

/** Parameters that PyTorch lays out as we do: operations may read them themselves. */
function readableParameters(model: Module): Map<Tensor, string> {
  const found = new Map<Tensor, string>();
  for (const [path, module] of model.namedModules()) {
    if (path === "" || !hasOwnWeights(module)) continue;
    const access = accessOf(model, path);
    if (module.weight) found.set(module.weight, `${access}.weight`);
    if ("bias" in module && module.bias) found.set(module.bias, `${access}.bias`);
  }
  return found;
}

/** Parameters that several modules share stay one. */
function ties(model: Module): string[] {
  const first = new Map<Parameter, string>();
  const lines: string[] = [];
  for (const [path, parameter] of model.namedParameters({ tied: true })) {
    const before = first.get(parameter);
    if (before === undefined) first.set(parameter, path);
    else lines.push(`${parameterAccess(model, path)} = ${parameterAccess(model, before)}`);
  }
  return lines;
}

function parameterAccess(model: Module, path: string): string {
  const [, owner = "", name = ""] = /^(.*)\.(\w+)$/.exec(path) ?? [];
  const module = model.namedModules().get(owner);
  if (module && hasOwnWeights(module)) return `${accessOf(model, owner)}.${name}`;
  throw new UnsupportedError({
    where: WHERE,
    what: `the parameter ${path} is shared, which is not written for its module`,
  });
}

const header = (inputs: readonly string[]): string[] => [
  '"""Rebuilt from an Unroll model. Needs torch and safetensors.',
  "",
  `DATA is what torch.save wrote of {${[...inputs, "target"].map((name) => `"${name}": tensor`).join(", ")}}, rows first.`,
  "",
  "    torchrun --nproc_per_node=4 this_file.py --weights model.safetensors --data DATA --out trained.safetensors",
  "",
  "The file it writes has the names that it read: loadTorch brings the weights back.",
  '"""',
  "",
  "import argparse",
  "import os",
  "",
  "import torch",
  "import torch.distributed as dist",
  "import torch.nn as nn",
  "import torch.nn.functional as F",
  "from safetensors.torch import load_file, save_file",
  "from torch.nn.parallel import DistributedDataParallel",
  "from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence",
  "from torch.utils.data import DataLoader, DistributedSampler, TensorDataset",
  "",
  "",
];

const RUN = `def turned(x, lengths):
    """Each row of x [B, T, F] with its steps in reverse order, what follows its length left where it is."""
    if lengths is None:
        return x.flip(1)
    steps = torch.arange(x.shape[1], device=x.device)
    ends = lengths.to(x.device)[:, None]
    index = torch.where(steps < ends, ends - 1 - steps, steps)
    return x.gather(1, index[..., None].expand(-1, -1, x.shape[2]))


def run(layer, x, state=None, lengths=None, reverse=False):
    """A recurrent layer over rows of several lengths: past its length a row gives zeros and keeps its state."""
    if reverse:
        x = turned(x, lengths)
    if lengths is None:
        output, state = layer(x, state)
    else:
        packed = pack_padded_sequence(x, lengths.cpu().long(), batch_first=True, enforce_sorted=False)
        packed, state = layer(packed, state)
        output, _ = pad_packed_sequence(packed, batch_first=True, total_length=x.shape[1])
    return (turned(output, lengths) if reverse else output), state

`.split("\n");

interface Training {
  readonly name: string;
  readonly inputs: readonly string[];
  readonly loss: string;
  /** Whether parts of the model may take no part in the loss, which DistributedDataParallel wants to know. */
  readonly hasUnused: boolean;
}

const training = ({ name, inputs, loss, hasUnused }: Training): string[] =>
  `class First(nn.Module):
    """The output that the loss reads, and no other."""

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, *given):
        result = self.model(*given)
        return next(iter(result.values())) if isinstance(result, dict) else result


def loss_of(output, target):
    return ${loss}


def load(path):
    model = ${name}()
    model.load_state_dict(load_file(path))
    return model


def save(model, path):
    save_file({key: value.detach().cpu().clone() for key, value in model.state_dict().items()}, path)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--weights", required=True)
    parser.add_argument("--data", required=True)
    parser.add_argument("--out", default="trained.safetensors")
    parser.add_argument("--epochs", type=int, default=1)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--lr", type=float, default=1e-3)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()

    torch.manual_seed(options.seed)
    distributed = "RANK" in os.environ
    cuda = torch.cuda.is_available()
    if distributed:
        dist.init_process_group("nccl" if cuda else "gloo")
    device = torch.device("cuda", int(os.environ.get("LOCAL_RANK", 0))) if cuda else torch.device("cpu")

    model = load(options.weights).to(device)
    wrapped = First(model)
    if distributed:
        wrapped = DistributedDataParallel(wrapped, [device] if cuda else None${hasUnused ? ", find_unused_parameters=True" : ""})
    optimizer = torch.optim.AdamW(model.parameters(), lr=options.lr)
    data = torch.load(options.data, weights_only=True)
    rows = TensorDataset(*[data[key] for key in [${[...inputs, "target"].map((key) => `"${key}"`).join(", ")}]])
    sampler = DistributedSampler(rows) if distributed else None
    loader = DataLoader(rows, batch_size=options.batch, sampler=sampler, shuffle=sampler is None)

    for epoch in range(options.epochs):
        if sampler is not None:
            sampler.set_epoch(epoch)
        total = 0.0
        for batch in loader:
            *given, target = [each.to(device) for each in batch]
            loss = loss_of(wrapped(*given), target)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item()
        if not distributed or dist.get_rank() == 0:
            print(f"epoch {epoch + 1}: loss {total / len(loader):.6f}")

    if not distributed or dist.get_rank() == 0:
        save(model, options.out)
    if distributed:
        dist.destroy_process_group()


if __name__ == "__main__":
    main()`.split("\n");
