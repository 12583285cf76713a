"""Measured by scripts/bench.mjs: one line of JSON for each line of stdin, `forward`, `train` or `quit`."""

import json
import resource
import sys
import time

import torch

from unet import Unet

size, base, batch, threads = (int(each) for each in sys.argv[1:5])
dropout = float(sys.argv[5])
if threads > 0:
    torch.set_num_threads(threads)
torch.manual_seed(1)
betas = torch.linspace(1e-4, 0.02, 1000, dtype=torch.float64)
alpha_bar = torch.cumprod(1 - betas, 0).float()
images = torch.rand(batch, 3, size, size) * 2 - 1
steps = torch.arange(batch) * 100 + 50


def peak():
    """Highest resident memory since it was last asked for, in bytes."""
    with open("/proc/self/status") as status:
        found = next(line for line in status if line.startswith("VmHWM"))
    with open("/proc/self/clear_refs", "w") as clear:
        clear.write("5")
    return int(found.split()[1]) * 1024


def forward():
    with torch.no_grad():
        model.eval()(images, steps)


def train():
    model.train()
    noise = torch.randn_like(images)
    share = alpha_bar[steps][:, None, None, None]
    predicted = model(share.sqrt() * images + (1 - share).sqrt() * noise, steps)
    loss = (noise - predicted).square().sum(dim=(1, 2, 3)).mean()
    optimiser.zero_grad()
    loss.backward()
    optimiser.step()
    loss.item()


def cpu():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


model = Unet(size, base, dropout)
optimiser = torch.optim.Adam(model.parameters(), lr=3e-4, weight_decay=0.05)
print(json.dumps({"version": torch.__version__}), flush=True)
for line in sys.stdin:
    work = {"forward": forward, "train": train}.get(line.strip())
    if not work:
        break
    peak()
    wall, used = time.perf_counter(), cpu()
    work()
    print(
        json.dumps({"cpu": cpu() - used, "wall": time.perf_counter() - wall, "peak": peak()}),
        flush=True,
    )
