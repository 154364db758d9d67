import { describe, expect, test } from "vitest";
import {
  add,
  BatchNorm1d,
  BatchNorm2d,
  Conv1d,
  Conv2d,
  cast,
  div,
  ElmanCell,
  GRU,
  GroupNorm,
  greater,
  Linear,
  Module,
  maxPool1d,
  maxPool2d,
  mish,
  pow,
  Recurrent,
  RMSNorm,
  random,
  relu,
  reverseSequence,
  selu,
  silu,
  type Tensor,
  tensor,
  toPyTorch,
  unstack,
  where,
} from "../../..";

const rng = random(4);

/** What stands between the class and the training loop. */
const classOf = (script: string): string =>
  script.slice(script.indexOf("class "), script.indexOf("class First")).trimEnd();

class Sequences extends Module {
  readonly wide = new Conv1d(4, 6, 3, { rng, stride: 2, padding: 1, bias: false });
  readonly causal = new Conv1d(6, 6, 2, { rng, padding: "causal", dilation: 3, groups: 2 });
  readonly same = new Conv1d(6, 4, 3, { rng, padding: "same", stride: 2 });
  readonly batch = new BatchNorm1d(4, { momentum: null, affine: false });
  readonly root = new RMSNorm(4);

  forward(x: Tensor): Tensor {
    const wide = selu(this.causal.forward(mish(this.wide.forward(x))));
    return maxPool1d(this.root.forward(this.batch.forward(this.same.forward(wide))), 2);
  }
}

test("layers over sequences, which PyTorch reads the other way round", () => {
  const script = toPyTorch(new Sequences(), { inputs: { x: { shape: ["batch", 40, 4] } } });
  expect(script).toContain("def same(x, kernel, stride, dilation, value=0.0):");
  expect(classOf(script)).toMatchInlineSnapshot(`
    "class Sequences(nn.Module):
        def __init__(self):
            super().__init__()
            self.wide = nn.Conv1d(4, 6, 3, stride=2, padding=1, bias=False)
            self.causal = nn.Conv1d(6, 6, 2, dilation=3, groups=2)
            self.same = nn.Conv1d(6, 4, 3, stride=2)
            self.batch = nn.BatchNorm1d(4, eps=0.00001, momentum=None, affine=False)
            self.root = nn.RMSNorm([4], eps=1.1920928955078125e-7)

        def forward(self, x):
            wide = self.wide(x.transpose(1, 2)).transpose(1, 2)
            mish = F.mish(wide)
            causal = self.causal(F.pad(mish.transpose(1, 2), (3, 0))).transpose(1, 2)
            elu = F.elu(causal, 1.6732632423543772)
            mul = elu * 1.0507009873554805
            same_1 = self.same(same(mul.transpose(1, 2), [3], [2], [1])).transpose(1, 2)
            batch = self.batch(same_1.transpose(1, 2)).transpose(1, 2)
            root = self.root(batch)
            maxpool = F.max_pool1d(root.transpose(1, 2), (2,), (2,)).transpose(1, 2)
            return maxpool"
  `);
});

class Images extends Module {
  readonly first = new Conv2d(1, 4, [3, 2], { rng, padding: [1, 0] });
  readonly batch = new BatchNorm2d(4);
  readonly second = new Conv2d(4, 4, 3, { rng, padding: "same" });
  readonly group = new GroupNorm(2, 4, { affine: false });

  forward(x: Tensor): Tensor {
    const first = maxPool2d(silu(this.batch.forward(this.first.forward(x))), 2, { padding: 1 });
    return this.group.forward(this.second.forward(first));
  }
}

test("layers over images", () => {
  expect(classOf(toPyTorch(new Images(), { inputs: { x: { shape: ["batch", 1, 8, 9] } } }))).toMatchInlineSnapshot(`
    "class Images(nn.Module):
        def __init__(self):
            super().__init__()
            self.first = nn.Conv2d(1, 4, (3, 2), padding=(1, 0))
            self.batch = nn.BatchNorm2d(4, eps=0.00001, momentum=0.1)
            self.second = nn.Conv2d(4, 4, (3, 3), padding="same")
            self.group = nn.GroupNorm(2, 4, eps=0.00001, affine=False)

        def forward(self, x):
            first = self.first(x)
            batch = self.batch(first)
            swish = F.silu(batch)
            maxpool = F.max_pool2d(F.pad(swish, (1, 1, 1, 1), value=-torch.inf), (2, 2), (2, 2))
            second = self.second(maxpool)
            group = self.group(second)
            return group"
  `);
});

class Masked extends Module {
  readonly conv = new Conv1d(2, 2, 3, { rng, padding: "same" });

  forward(x: Tensor, lengths: Tensor): Tensor {
    return reverseSequence(this.conv.forward(x, { lengths }), lengths);
  }
}

test("lengths of a convolution, as the operations that they are", () => {
  const inputs = { x: { shape: ["batch", "time", 2] }, lengths: { shape: ["batch"], dtype: "u32" } } as const;
  expect(classOf(toPyTorch(new Masked(), { inputs }))).toMatchInlineSnapshot(`
    "class Masked(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv = nn.Conv1d(2, 2, 3, padding="same")

        def forward(self, x, lengths):
            time = x.shape[1]
            steps = (1 + torch.arange(time, dtype=torch.int64, device=x.device)).reshape(1, -1, 1)
            batch = x.shape[0]
            reshape = lengths.reshape(batch, 1, 1)
            lessequal = steps <= reshape
            steps_1 = (1 + torch.arange(time, dtype=torch.int64, device=x.device)).reshape(1, -1, 1)
            reshape_1 = lengths.reshape(batch, 1, 1)
            lessequal_1 = steps_1 <= reshape_1
            where = torch.where(lessequal_1, x, 0)
            conv2d = F.conv1d(F.pad(where.transpose(1, 2), (1, 1)), self.conv.weight, self.conv.bias, stride=(1,), dilation=(1,), groups=1).transpose(1, 2)
            where_1 = torch.where(lessequal, conv2d, 0)
            range_1 = torch.arange(time, dtype=torch.int64, device=x.device)
            toi32 = lengths.int()
            reshape_2 = toi32.reshape(batch, 1)
            less = range_1 < reshape_2
            sub = reshape_2 - 1
            sub_1 = sub - range_1
            where_2 = torch.where(less, sub_1, range_1)
            reversesequence = where_1[torch.arange(where_1.shape[0], device=where_1.device)[:, None], where_2.long()]
            return reversesequence"
  `);
});

/** The statement that an operation of a linear layer's outputs becomes. */
const written = (body: (x: Tensor) => Tensor): string => {
  const model = new Mapped(body);
  const lines = toPyTorch(model, { inputs: { x: { shape: ["batch", 2] } } }).split("\n");
  const at = lines.findIndex((line) => line.startsWith("        linear = "));
  return lines
    .slice(
      at + 1,
      lines.findIndex((line) => line.startsWith("        return ")),
    )
    .map((line) => line.trim())
    .join("; ");
};

class Mapped extends Module {
  readonly linear = new Linear(2, 2, { rng });
  readonly body: (x: Tensor) => Tensor;
  constructor(body: (x: Tensor) => Tensor) {
    super();
    this.body = body;
  }
  forward(x: Tensor): Tensor {
    return this.body(this.linear.forward(x));
  }
}

test("a power of a negative number", () => {
  expect(written((x) => pow(-2, x))).toBe("pow_1 = (-2) ** linear");
});

test("a division of whole numbers drops the rest", () => {
  expect(written((x) => cast(div(cast(x, "i32"), 3), "f32"))).toBe(
    'toi32 = linear.int(); div = torch.div(toi32, 3, rounding_mode="trunc"); tof32 = div.float()',
  );
  expect(written((x) => div(x, 3))).toBe("div = linear / 3");
});

test("numbers are of the data type that they are here", () => {
  expect(written((x) => where(greater(x, 0), 1, -1))).toBe(
    "greater = linear > 0; where = torch.where(greater, 1.0, -1.0)",
  );
});

test("numbers that are not finite", () => {
  expect(written((x) => add(x, tensor([Number.POSITIVE_INFINITY, Number.NaN], { allowNonFinite: true })))).toBe(
    'constant = torch.tensor([float("inf"), float("nan")], dtype=torch.float32, device=x.device).reshape(2); add = linear + constant',
  );
});

class Rectified extends Linear {
  override forward(x: Tensor): Tensor {
    return relu(super.forward(x));
  }
}

test("a forward of one's own is written with the weights of the layer that it extends", () => {
  class Net extends Module {
    readonly over = new Rectified(2, 3, { rng });
    forward(x: Tensor): Tensor {
      return this.over.forward(x);
    }
  }
  expect(classOf(toPyTorch(new Net(), { inputs: { x: { shape: ["batch", 2] } } }))).toMatchInlineSnapshot(`
    "class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.over = nn.Linear(2, 3)

        def forward(self, x):
            linear = F.linear(x, self.over.weight, self.over.bias)
            relu = torch.relu(linear)
            return relu"
  `);
});

describe("what PyTorch has none of is refused by name", () => {
  const inputs = { x: { shape: ["batch", "time", 2] } } as const;
  class Holder extends Module {
    readonly inner: Module;
    readonly out = new Linear(2, 2, { rng });
    readonly body: (x: Tensor) => Tensor;
    constructor(inner: Module, body: (x: Tensor) => Tensor) {
      super();
      this.inner = inner;
      this.body = body;
    }
    forward(x: Tensor): Tensor {
      return this.body(x);
    }
  }

  test("a cell of one's own", () => {
    const inner = new Recurrent(new ElmanCell(2, 2, { rng }));
    expect(() =>
      toPyTorch(new Holder(inner, (x) => inner.forward(x).output), { inputs }),
    ).toThrowErrorMatchingInlineSnapshot(
      `[UnsupportedError: toPyTorch: inner is a Recurrent layer over ElmanCell, which PyTorch has no counterpart of. Use RNN, LSTM or GRU where one of them will do; to serve the model as it is, exportONNX writes such layers.]`,
    );
  });
  test("a layer with a forward of its own", () => {
    class Twice extends GRU {
      override forward(x: Tensor): { output: Tensor; state: Tensor } {
        return super.forward(super.forward(x).output);
      }
    }
    const inner = new Twice(2, 2, { rng });
    const model = new Holder(inner, (x) => inner.forward(x).output);
    expect(() => toPyTorch(model, { inputs })).toThrowErrorMatchingInlineSnapshot(
      `[UnsupportedError: toPyTorch: inner, a Twice, has a forward of its own, which its counterpart in PyTorch has not. Hold such a layer in a Module of your own and do there what forward does beside it.]`,
    );
  });
  test("features of its input that a layer drops", () => {
    const inner = new GRU(2, 2, { rng, inputDropout: 0.5 });
    const model = new Holder(inner, (x) => inner.forward(x).output);
    expect(() => toPyTorch(model, { inputs })).toThrowErrorMatchingInlineSnapshot(
      `[UnsupportedError: toPyTorch: PyTorch has no layer with inputDropout, which inner has. Build the layer without it, and put a Dropout before it.]`,
    );
  });
  test("batches that are normalised without their padding", () => {
    const inner = new BatchNorm1d(2);
    const model = new Holder(inner, (x) => inner.forward(x, { lengths: [...new Array(x.shape[0]).fill(1)] }));
    expect(() => toPyTorch(model, { inputs })).toThrowErrorMatchingInlineSnapshot(
      `[UnsupportedError: toPyTorch: lengths of the batch normalisation "inner" have no counterpart in PyTorch, which counts padding too. Normalise by LayerNorm or RMSNorm, which look at one step at a time.]`,
    );
  });
  test("windows over all of an open axis", () => {
    const model = new Holder(new Linear(2, 2), (x) => maxPool1d(x, x.shape[1] as number));
    expect(() => toPyTorch(model, { inputs })).toThrowErrorMatchingInlineSnapshot(
      `[UnsupportedError: toPyTorch: windows that depend on the size of their input are not written in Python. Give that axis a fixed extent in inputs, or pool over all of it.]`,
    );
  });
  test("as many parts as an open axis has", () => {
    const model = new Holder(new Linear(2, 2), (x) => unstack(x, 1)[0] as Tensor);
    expect(() => toPyTorch(model, { inputs })).toThrowErrorMatchingInlineSnapshot(
      `[UnsupportedError: toPyTorch: forward takes axis 1 apart, whose extent is open. Give that axis a fixed extent in inputs.]`,
    );
  });
});
