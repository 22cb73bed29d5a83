"""PyTorch as the rival of training.ts: the same steps (forward, backward, Adam), timed on request.

Started with the number of threads and the cases as `NAME/BATCH/SIDE`. Prints the names of the contenders as a JSON line, then answers every
line `NAME CALLS` with the milliseconds that one call took.
"""

import json
import os
import sys
import time

sys.stdout.reconfigure(line_buffering=True)
THREADS, CASES = int(sys.argv[1]), sys.argv[2].split(",")
os.environ["OMP_NUM_THREADS"] = str(THREADS)

import torch
from torch import nn
from torch.nn import functional

torch.set_num_threads(THREADS)
torch.manual_seed(0)


def autoencoder():
    widths = [3, 32, 64, 128, 128]
    layers = []
    for i in range(4):
        layers += [nn.Conv2d(widths[i], widths[i + 1], 4, 2, 1), nn.ReLU()]
    for i in range(4, 0, -1):
        layers += [nn.ConvTranspose2d(widths[i], widths[i - 1], 4, 2, 1)] + ([nn.ReLU()] if i > 1 else [])
    return nn.Sequential(*layers)


class Block(nn.Module):
    def __init__(self, before, after, stride):
        super().__init__()
        self.main = nn.Sequential(
            nn.Conv2d(before, after, 3, stride, 1, bias=False), nn.BatchNorm2d(after), nn.ReLU(),
            nn.Conv2d(after, after, 3, 1, 1, bias=False), nn.BatchNorm2d(after))
        self.beside = nn.Identity() if before == after else nn.Sequential(
            nn.Conv2d(before, after, 1, stride, bias=False), nn.BatchNorm2d(after))

    def forward(self, x):
        return functional.relu(self.main(x) + self.beside(x))


class Trunk(nn.Module):
    """ResNet-18 up to its third stage, which gives the features of all three."""

    def __init__(self):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, 64, 7, 2, 3, bias=False), nn.BatchNorm2d(64), nn.ReLU(), nn.MaxPool2d(3, 2, 1))
        self.stages = nn.ModuleList(
            nn.Sequential(Block(before, after, stride), Block(after, after, 1))
            for before, after, stride in [(64, 64, 1), (64, 128, 2), (128, 256, 2)])

    def forward(self, x):
        x, taps = self.stem(x), []
        for stage in self.stages:
            x = stage(x)
            taps.append(x)
        return taps


def step_of(case, memory):
    name, batch, side = case.split("/")
    x = torch.rand(int(batch), 3, int(side), int(side)).contiguous(memory_format=memory)
    if name == "autoencoder":
        net = autoencoder().to(memory_format=memory).train()
        loss = lambda: (net(x) - x).square().mean()
    else:
        net, teacher = Trunk().to(memory_format=memory).train(), Trunk().to(memory_format=memory).eval()

        def loss():
            with torch.no_grad():
                want = [functional.normalize(t) for t in teacher(x)]
            return sum((functional.normalize(g) - w).square().sum(1).mean() for g, w in zip(net(x), want))

    optimizer = torch.optim.Adam(net.parameters(), 1e-3)

    def step():
        optimizer.zero_grad()
        value = loss()
        value.backward()
        optimizer.step()
        return value.item()

    return step


layouts = {"torch": torch.contiguous_format, "torch channels_last": torch.channels_last}
made = {f"{case}/{layout}": step_of(case, memory) for case in CASES for layout, memory in layouts.items()}
print(json.dumps({"versions": f"PyTorch {torch.__version__}", "names": list(made), "notes": {}}))
for line in sys.stdin:
    name, calls = line.rsplit(" ", 1)
    start = time.perf_counter()
    for _ in range(int(calls)):
        made[name]()
    print((time.perf_counter() - start) * 1e3 / int(calls))
