import { describe, expect, test } from "vitest";
import {
  add,
  concat,
  Dropout,
  Embedding,
  GRU,
  gelu,
  LayerNorm,
  Linear,
  LSTM,
  Module,
  mul,
  parameter,
  RNN,
  random,
  relu,
  reshape,
  slice,
  softmax,
  type Tensor,
  tanh,
  toPyTorch,
} from "../../..";

const rng = random(4);

/** A page's model: a part of its own, a list of parts, tied weights, lengths, states, operations between modules. */
class Encoder extends Module {
  readonly embed = new Embedding(9, 4, { rng, paddingId: 0 });
  readonly lstm = new LSTM(4, 3, { rng, layers: 2, direction: "bidirectional", dropout: 0.1 });

  forward(tokens: Tensor, lengths: Tensor) {
    return this.lstm.forward(this.embed.forward(tokens), { lengths });
  }
}

export class Tagger extends Module {
  readonly encoder = new Encoder();
  readonly back = new GRU(6, 4, { rng, direction: "reverse" });
  readonly norm = new LayerNorm(4);
  readonly dropout = new Dropout(0.2);
  readonly hidden = [new Linear(4, 5, { rng }), new Linear(5, 4, { rng })];
  readonly out = new Linear(4, 9, { rng });

  constructor() {
    super();
    Object.assign(this.out, { weight: this.encoder.embed.weight });
  }

  forward(tokens: Tensor, lengths: Tensor): Record<string, Tensor> {
    const { output, state } = this.encoder.forward(tokens, lengths);
    const { output: top } = this.back.forward(output, { lengths });
    let x = this.dropout.forward(this.norm.forward(top));
    for (const layer of this.hidden) x = gelu(layer.forward(x));
    const [B = 0, T = 0] = tokens.shape;
    const logits = this.out.forward(reshape(x, [B * T, 4]));
    const last = reshape(slice(state.h, 0, 3, 4), [B, 3]);
    return { logits: reshape(logits, [B, T, 9]), last: softmax(concat([last, mul(tanh(last), 2)], 1)) };
  }
}

const ofTagger = () =>
  toPyTorch(new Tagger(), {
    inputs: { tokens: { shape: ["batch", "time"], dtype: "i32" }, lengths: { shape: ["batch"], dtype: "u32" } },
  });

/** The part of a script from one line on up to another. */
const between = (script: string, from: string, to: string): string =>
  script.slice(script.indexOf(from), script.indexOf(to));

test("a model with parts, lists, ties and lengths", () => {
  expect(ofTagger()).toMatchInlineSnapshot(`
    """"Rebuilt from an Unroll model. Needs torch and safetensors.

    DATA is what torch.save wrote of {"tokens": tensor, "lengths": tensor, "target": tensor}, rows first.

        torchrun --nproc_per_node=4 this_file.py --weights model.safetensors --data DATA --out trained.safetensors

    The file it writes has the names that it read: loadTorch brings the weights back.
    """

    import argparse
    import os

    import torch
    import torch.distributed as dist
    import torch.nn as nn
    import torch.nn.functional as F
    from safetensors.torch import load_file, save_file
    from torch.nn.parallel import DistributedDataParallel
    from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence
    from torch.utils.data import DataLoader, DistributedSampler, TensorDataset


    def turned(x, lengths):
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


    class Tagger(nn.Module):
        def __init__(self):
            super().__init__()
            self.encoder = nn.Module()
            self.encoder.embed = nn.Embedding(9, 4, padding_idx=0)
            self.encoder.lstm = nn.LSTM(4, 3, num_layers=2, dropout=0.1, bidirectional=True, batch_first=True)
            self.back = nn.GRU(6, 4, batch_first=True)
            self.norm = nn.LayerNorm([4], eps=0.00001)
            self.dropout = nn.Dropout(0.2)
            self.hidden = nn.ModuleList([nn.Linear(4, 5), nn.Linear(5, 4)])
            self.out = nn.Linear(4, 9)
            self.out.weight = self.encoder.embed.weight

        def forward(self, tokens, lengths):
            embed = self.encoder.embed(tokens)
            lstm_output, (lstm_h, lstm_c) = run(self.encoder.lstm, embed, lengths=lengths)
            back_output, back_h = run(self.back, lstm_output, lengths=lengths, reverse=True)
            norm = self.norm(back_output)
            dropout = self.dropout(norm)
            x0 = self.hidden[0](dropout)
            gelu = F.gelu(x0)
            x1 = self.hidden[1](gelu)
            gelu_1 = F.gelu(x1)
            batch = tokens.shape[0]
            time = tokens.shape[1]
            reshape = gelu_1.reshape(batch * time, 4)
            out = self.out(reshape)
            reshape_1 = out.reshape(batch, time, 9)
            slice_1 = lstm_h[3:4]
            reshape_2 = slice_1.reshape(batch, 3)
            tanh = torch.tanh(reshape_2)
            mul = tanh * 2
            concat = torch.cat((reshape_2, mul), dim=1)
            softmax = torch.softmax(concat, dim=-1)
            return {"logits": reshape_1, "last": softmax}


    class First(nn.Module):
        """The output that the loss reads, and no other."""

        def __init__(self, model):
            super().__init__()
            self.model = model

        def forward(self, *given):
            result = self.model(*given)
            return next(iter(result.values())) if isinstance(result, dict) else result


    def loss_of(output, target):
        return F.cross_entropy(output.flatten(0, -2), target.flatten().long())


    def load(path):
        model = Tagger()
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
            wrapped = DistributedDataParallel(wrapped, [device] if cuda else None, find_unused_parameters=True)
        optimizer = torch.optim.AdamW(model.parameters(), lr=options.lr)
        data = torch.load(options.data, weights_only=True)
        rows = TensorDataset(*[data[key] for key in ["tokens", "lengths", "target"]])
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
        main()
    "
  `);
});

test("one output, features, a state given, another loss", () => {
  class Meter extends Module {
    readonly rnn = new RNN(2, 3, { rng, activation: { name: "relu" }, bias: false });
    readonly out = new Linear(3, 1, { rng, bias: false });
    forward(x: Tensor, h: Tensor): Tensor {
      return add(relu(this.out.forward(this.rnn.forward(x, { state: h }).output)), 0.5);
    }
  }
  const script = toPyTorch(new Meter(), {
    inputs: { x: { shape: ["batch", 6, 2] }, h: { shape: [1, "batch", 3] } },
    loss: "mse",
  });
  expect(between(script, "class First", "def loss_of")).toBe(between(ofTagger(), "class First", "def loss_of"));
  expect(between(script, "class Meter", "class First")).toMatchInlineSnapshot(`
    "class Meter(nn.Module):
        def __init__(self):
            super().__init__()
            self.rnn = nn.RNN(2, 3, bias=False, nonlinearity="relu", batch_first=True)
            self.out = nn.Linear(3, 1, bias=False)

        def forward(self, x, h):
            rnn_output, rnn_h = run(self.rnn, x, state=h)
            out = self.out(rnn_output)
            relu = torch.relu(out)
            add = relu + 0.5
            return add


    "
  `);
  expect(between(script, "def loss_of", "def load")).toMatchInlineSnapshot(`
    "def loss_of(output, target):
        return F.mse_loss(output, target.float())


    "
  `);
});

describe("what has no counterpart is refused by name", () => {
  const inputs = { x: { shape: ["batch", 5, 2] } } as const;
  class Holder extends Module {
    readonly inner: Module;
    readonly body: (x: Tensor) => unknown;
    constructor(inner: Module, body: (x: Tensor) => unknown) {
      super();
      this.inner = inner;
      this.body = body;
    }
    forward(x: Tensor): unknown {
      return this.body(x);
    }
  }

  test("a GRU that resets before", () => {
    const gru = new GRU(2, 2, { reset: "before" });
    expect(() => toPyTorch(new Holder(gru, (x) => gru.forward(x)), { inputs })).toThrowErrorMatchingInlineSnapshot(
      `[UnsupportedError: toPyTorch: a GRU with reset: "before" has no counterpart in PyTorch, whose reset gate acts after the recurrent product. Build the GRU with reset: "after", or save it in its own layout.]`,
    );
  });
  test("an activation", () => {
    const lstm = new LSTM(2, 2, { gate: { name: "hardSigmoid" } });
    expect(() => toPyTorch(new Holder(lstm, (x) => lstm.forward(x)), { inputs })).toThrowErrorMatchingInlineSnapshot(
      `[UnsupportedError: toPyTorch: PyTorch has no layer with the gate activation hardSigmoid, which inner has. Save the model with save() in its own layout.]`,
    );
  });
  test("a single layer", () => {
    expect(() => toPyTorch(new Linear(2, 2), { inputs })).toThrowErrorMatchingInlineSnapshot(
      `[UnsupportedError: toPyTorch: the model is a single Linear. Make it a field of a Module of your own, so that its weights have a name.]`,
    );
  });
  test("a parameter of its own", () => {
    class Own extends Module {
      readonly scale = parameter({ data: Float32Array.of(1), shape: [1] });
      forward(x: Tensor): Tensor {
        return mul(x, this.scale);
      }
    }
    expect(() => toPyTorch(new Own(), { inputs })).toThrowErrorMatchingInlineSnapshot(
      `[UnsupportedError: toPyTorch: the parameter scale belongs to a module that PyTorch has no counterpart of. Save the model with save() in its own layout.]`,
    );
  });
  test("parts that a Python module cannot have", () => {
    const named = (name: string): Module => {
      const model = new Holder(new Linear(2, 2), (x) => x);
      Object.assign(model, { [name]: new Linear(2, 2) });
      return model;
    };
    for (const name of ["to", "type", "half", "state_dict", "children", "lambda", "$out"]) {
      expect(() => toPyTorch(named(name), { inputs })).toThrow(`${name} cannot be a part of a Python module`);
    }
    expect(() => toPyTorch(named("parameters"), { inputs })).toThrowErrorMatchingInlineSnapshot(
      `[UnsupportedError: toPyTorch: parameters cannot be a part of a Python module, where parameters is one of nn.Module's own names. Rename the field.]`,
    );
  });
  test("an input of a name that the body of forward uses has another there", () => {
    const linear = new Linear(2, 2);
    const script = toPyTorch(new Holder(linear, (x) => linear.forward(x)), { inputs: { run: inputs.x } });
    expect(script).toContain("def forward(self, run_1):\n        inner = self.inner(run_1)");
    expect(script).toContain('for key in ["run", "target"]');
  });
  test("other operations for odd sizes", () => {
    const linear = new Linear(2, 2);
    const holder = new Holder(linear, (x) => ((x.shape[0] as number) % 2 === 1 ? relu(x) : linear.forward(x)));
    expect(() => toPyTorch(holder, { inputs })).toThrow("relu of rank 3 at first, linear of rank 3 then");
  });
  test("what it returns", () => {
    const linear = new Linear(2, 2);
    expect(() => toPyTorch(new Holder(linear, () => 3), { inputs })).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: toPyTorch: what the model returns should be a tensor, or an object of tensors but is 3. Return a tensor from forward.]`,
    );
  });
  test("names that are none in Python", () => {
    const linear = new Linear(2, 2);
    const holder = new Holder(linear, (x) => linear.forward(x));
    expect(() => toPyTorch(holder, { inputs: { "x y": inputs.x } })).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: toPyTorch: a name of inputs should be a Python name but is "x y".]`,
    );
    for (const name of ["torch", "nn", "F", "self", "lambda", "target"]) {
      expect(() => toPyTorch(holder, { inputs: { [name]: inputs.x } })).toThrow(`a name of inputs should be a`);
    }
    expect(() => toPyTorch(holder, { inputs: { torch: inputs.x } })).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: toPyTorch: a name of inputs should be a name that the script does not use itself but is "torch". Name it another way in inputs; its place is what counts.]`,
    );
    const shortened = {
      F: class F extends Module {
        readonly out = new Linear(2, 2);
        forward(x: Tensor): Tensor {
          return this.out.forward(x);
        }
      },
    }.F;
    expect(toPyTorch(new shortened(), { inputs })).toContain("class Model(nn.Module):");
    for (const className of ["First", "nn", "main", "None"]) {
      expect(() => toPyTorch(holder, { inputs, className })).toThrow("className should be a");
    }
    expect(() => toPyTorch(holder, { inputs, className: "1a" })).toThrowErrorMatchingInlineSnapshot(
      `[ValueError: toPyTorch: className should be a Python name but is "1a".]`,
    );
  });
});
