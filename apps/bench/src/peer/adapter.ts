import { adapterName, embeddingKernels, NO_PADDING, open } from "@unroll/kernels";
import { embedding, GRU, LSTM, layerNorm, matmul, run, softmax } from "@unroll/nn";
import { AttentionModel } from "../models/attention-model";
import { CharacterModel } from "../models/character-model";
import { NamesModel } from "../models/names-model";
import { onDevice } from "../models/on-device";
import type { PeerCases, PeerKind } from "./data";
import { forwardRunner, type Runner, stepRunner } from "./runners";
import { assignAttention, assignCells, assignLinear } from "./weights";

type Prepare = {
  [Kind in PeerKind]: (params: PeerCases[Kind]["params"], data: PeerCases[Kind]["data"]) => Promise<Runner>;
};

// A harness's data lie on the device before the first step, as weights do; everything else is in run().
const kinds: Prepare = {
  async matmul({ n }, data) {
    const [a, b] = await Promise.all([onDevice(data.A, [n, n]), onDevice(data.B, [n, n])]);
    return forwardRunner(() => [matmul(a, b)]);
  },
  async lstm({ B, T, I, H }, data) {
    const layer = new LSTM(I, H);
    await assignCells("lstm", layer, [data]);
    const x = await onDevice(data.x, [B, T, I]);
    return forwardRunner(() => [layer.forward(x).output]);
  },
  async gru({ B, T, I, H }, data) {
    const layer = new GRU(I, H, { init: "keras" }); // whose recurrent bias starts at zero; the harness has none
    await assignCells("gru", layer, [data]);
    const x = await onDevice(data.x, [B, T, I]);
    return forwardRunner(() => [layer.forward(x).output]);
  },
  async charlm({ V, H, L, B, T }, data) {
    const model = new CharacterModel({ V, H, L });
    await assignCells("lstm", model.lstm, data.layers);
    await assignLinear(model.out, data.Wo, data.bo);
    const x = await onDevice(data.x, [B, T]);
    const y = await onDevice(data.y, [B, T]);
    return stepRunner(model.parameters(), () => model.loss(x, y));
  },
  async names({ V, H, T, C, B }, data) {
    const model = new NamesModel({ V, H, C });
    await assignCells("rnn", model.rnn, [data]);
    await assignLinear(model.out, data.Wo, data.bo);
    const x = await onDevice(data.x, [B, T]);
    const y = await onDevice(data.y, [B]);
    return stepRunner(model.parameters(), () => model.loss(x, y));
  },
  async attn({ B, Ts, Tt, H, V }, data) {
    const model = new AttentionModel({ V, H });
    await assignAttention(model.decoder, data);
    const memory = await onDevice(data.enc, [B, Ts, H]);
    const h = await onDevice(data.h0, [B, H]);
    const [x, y] = await Promise.all([onDevice(data.x, [B, Tt]), onDevice(data.y, [B, Tt])]);
    return stepRunner(model.trained(), () => model.loss(memory, h, x, y));
  },
  async softmax({ rows, cols }, data) {
    const x = await onDevice(data.x, [rows, cols]);
    return forwardRunner(() => [softmax(x)]);
  },
  async layernorm({ rows, cols, eps }, data) {
    const x = await onDevice(data.x, [rows, cols]);
    const [weight, bias] = await Promise.all([onDevice(data.gamma, [cols]), onDevice(data.beta, [cols])]);
    return forwardRunner(() => [layerNorm(x, { weight, bias, epsilon: eps }).y]);
  },
  async embed({ V, D, N }, data) {
    const [table, ids] = await Promise.all([onDevice(data.table, [V, D]), onDevice(data.idx, [N])]);
    const dOut = await onDevice(data.dOut, [N, D]);
    const { backward, D: columns } = embeddingKernels(D);
    const dims = { N, V, D: columns };
    // The harness gives the gradient of the rows, where `grad` begins at a loss: so the kernel is called by name.
    return forwardRunner(() => {
      const { dTable } = run(
        backward,
        { dOut, ids },
        { dims, scalars: { paddingId: NO_PADDING }, shapes: { dTable: [V, D] } },
      );
      return [dTable, embedding(table, ids)];
    });
  },
};

/** Unroll in the peer harness's slot for one's own library: the same maths as its other adapters, through the public packages. */
export default {
  id: "unroll",
  async setup() {
    const device = await open({ onWarning: () => undefined }); // the harness names the adapter itself
    return { backend: "webgpu", device: adapterName(device.adapter) };
  },
  /** True, or a sentence that says why not. */
  supports(kind: string): true | string {
    return Object.hasOwn(kinds, kind) || "no such kind here";
  },
  prepare<Kind extends PeerKind>(kind: Kind, params: PeerCases[Kind]["params"], data: PeerCases[Kind]["data"]) {
    return kinds[kind](params, data);
  },
};
