"""Prints torch-layers-fixture.ts: layers of PyTorch as safetensors, and what they compute and keep.

Made with torch 2.15.0 and safetensors 0.8.0:  python torch-layers-fixture.py > torch-layers-fixture.ts
Weights and inputs are float32; the layers are run in float64 on them, so the outputs carry the one rounding to float32.
"""
import base64
import textwrap

import torch
from safetensors.torch import save
from torch import nn

torch.manual_seed(21)
model = nn.ModuleDict({
    "conv1": nn.Conv1d(4, 6, 3, stride=2, padding=2, dilation=2, groups=2),
    "conv2": nn.Conv2d(2, 3, (3, 2), stride=(2, 1), padding=(1, 0)),
    "batch1": nn.BatchNorm1d(4),
    "batch2": nn.BatchNorm2d(2, momentum=None),
    "group": nn.GroupNorm(2, 4),
    "rms": nn.RMSNorm(4),
})
with torch.no_grad():
    for name in ["batch1", "batch2", "group", "rms"]:
        for value in model[name].parameters():
            value.copy_(torch.randn_like(value))
before = {k: v.clone() for k, v in model.state_dict().items()}
model = model.double()
steps = torch.randn(2, 7, 4).double()  # [B, T, C]
image = torch.randn(2, 2, 5, 4).double()
turned = steps.transpose(1, 2)
values = {
    "steps": steps,
    "image": image,
    "conv1": model["conv1"](turned).transpose(1, 2),
    "conv2": model["conv2"](image),
    "batch1": model["batch1"](turned).transpose(1, 2),
    "batch2": model["batch2"](image),
    "group": model["group"](turned).transpose(1, 2),
    "rms": model["rms"](steps),
}
for name in ["batch1", "batch2"]:
    for kept in ["running_mean", "running_var"]:
        values[f"{name}.{kept}"] = model[name].state_dict()[kept]


def literal(tensors):
    text = base64.b64encode(save({k: v.detach().contiguous() for k, v in tensors.items()})).decode()
    return "\n".join(textwrap.wrap(text, 116))


print(f"""// Printed by torch-layers-fixture.py.

/** The state dict of a model with conv1, conv2, batch1, batch2, group and rms: a safetensors file in base64. */
export const MODEL = `
{literal(before)}`;

/** Inputs, the layers' outputs while training, and running statistics afterwards; sequences are [B, T, C]. */
export const VALUES = `
{literal({k: v.float() for k, v in values.items()})}`;""")
