import { GRU, LSTM, type RecurrentDescription, RNN, type Tensor, zeros } from "@unroll/nn";

/** A torch.nn module of recurrent layers. */
export type TorchSettings = Omit<RecurrentDescription, "resetAfter"> & { readonly nonlinearity: "tanh" | "relu" };

export type TorchLayers = {
  readonly module: RNN | LSTM | GRU;
  /** x [B, T, I], states [L·D, B, H]; those left out are zeros. */
  readonly forward: (
    x: Tensor,
    states: readonly (Tensor | undefined)[],
  ) => { readonly output: Tensor; readonly states: readonly Tensor[] };
};

/** The module of ours that stands for one of PyTorch's. */
export function buildLayers(settings: TorchSettings): TorchLayers {
  const { kind, layers, directions, inputSize, hiddenSize, hasBias: bias, nonlinearity } = settings;
  const options = { layers, bias, direction: directions === 2 ? "bidirectional" : "forward" } as const;
  if (kind === "LSTM") {
    const module = new LSTM(inputSize, hiddenSize, { ...options, projSize: settings.projSize ?? 0 });
    return {
      module,
      forward(x, [h, c]) {
        const nothing = (size: number): Tensor => zeros([layers * directions, x.shape[0] ?? 0, size]);
        const state = { h: h ?? nothing(module.stateSize), c: c ?? nothing(hiddenSize) };
        const { output, state: final } = module.forward(x, { state });
        return { output, states: [final.h, final.c] };
      },
    };
  }
  const module =
    kind === "GRU"
      ? new GRU(inputSize, hiddenSize, options)
      : new RNN(inputSize, hiddenSize, { ...options, activation: { name: nonlinearity } });
  return {
    module,
    forward(x, [h]) {
      const { output, state } = module.forward(x, { state: h });
      return { output, states: [state] };
    },
  };
}
