"""Prints torch-fixture.ts: a PyTorch model's state dict, as safetensors writes it, and what its layers compute.

Made with torch 2.15.0 and safetensors 0.8.0:  python torch-fixture.py > torch-fixture.ts
Weights are float32; the layers are run in float64 on them, so the outputs carry no error worth counting.
"""
import base64
import copy
import textwrap

import torch
from safetensors.torch import save
from torch import nn

torch.manual_seed(20)
I, H, B, T = 2, 3, 2, 4
stack = dict(num_layers=2, bidirectional=True, batch_first=True)
model = nn.ModuleDict({
    "embed": nn.Embedding(3, I),
    "rnn": nn.RNN(I, H, batch_first=True),
    "lstm": nn.LSTM(I, H, **stack),
    "plain": nn.LSTM(I, H, bias=False, batch_first=True),
    "gru": nn.GRU(I, H, **stack),
    "norm": nn.LayerNorm(H),
    "out": nn.Linear(H, 2),
    "head": nn.Linear(H, 1, bias=False),
})
x = torch.randn(B, T, I, dtype=torch.float64)
values = {"x": x}
for name in ["rnn", "lstm", "plain", "gru"]:
    values[name] = copy.deepcopy(model[name]).double()(x)[0].detach()


def literal(tensors):
    text = base64.b64encode(save({k: v.contiguous() for k, v in tensors.items()})).decode()
    return "\n".join(textwrap.wrap(text, 116))


print(f"""// Printed by torch-fixture.py.

/** The state dict of a model with embed, rnn, lstm, plain, gru, norm, out and head: a safetensors file in base64. */
export const TORCH_STATE_DICT = `
{literal(model.state_dict())}
`;

/** x [B, T, I] and the output of each recurrent layer for it, in float64: a safetensors file in base64. */
export const TORCH_VALUES = `
{literal(values)}
`;""")
