"""PyTorch and ONNX Runtime as rivals of backbones.ts: the same ResNet-18 trunk, timed on request.

Started with the folder of the weights, the number of threads and the batch sizes. Prints the names of the contenders that work here as a
JSON line, then answers every line `NAME CALLS` with the milliseconds that one call took.
"""

import json
import os
import sys
import time

sys.stdout.reconfigure(line_buffering=True)
FOLDER, THREADS, BATCHES = sys.argv[1], int(sys.argv[2]), [int(n) for n in sys.argv[3].split(",")]
os.environ["OMP_NUM_THREADS"] = str(THREADS)

import torch
from torch import nn

torch.set_num_threads(THREADS)
torch.set_grad_enabled(False)
notes = {}
versions = [f"PyTorch {torch.__version__}"]


class Block(nn.Module):
    def __init__(self, before, after, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(before, after, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(after)
        self.relu = nn.ReLU(inplace=True)
        self.conv2 = nn.Conv2d(after, after, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(after)
        self.downsample = None
        if stride != 1 or before != after:
            self.downsample = nn.Sequential(nn.Conv2d(before, after, 1, stride, bias=False), nn.BatchNorm2d(after))

    def forward(self, x):
        beside = x if self.downsample is None else self.downsample(x)
        y = self.bn2(self.conv2(self.relu(self.bn1(self.conv1(x)))))
        y += beside
        return self.relu(y)


class Trunk(nn.Module):
    """ResNet-18 up to layer4, with torchvision's names."""

    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.relu = nn.ReLU(inplace=True)
        self.maxpool = nn.MaxPool2d(3, 2, 1)
        before = 64
        for i, after in enumerate([64, 128, 256, 512]):
            stride = 1 if i == 0 else 2
            setattr(self, f"layer{i + 1}", nn.Sequential(Block(before, after, stride), Block(after, after, 1)))
            before = after

    def forward(self, x):
        x = self.maxpool(self.relu(self.bn1(self.conv1(x))))
        return self.layer4(self.layer3(self.layer2(self.layer1(x))))


def trunk():
    model = Trunk()
    with open(os.path.join(FOLDER, "weights.json")) as file:
        listed = json.load(file)
    values = {name: torch.frombuffer(bytearray(open(os.path.join(FOLDER, f), "rb").read()), dtype=torch.float32).reshape(shape)
              for name, f, shape in listed}
    missing, extra = model.load_state_dict(values, strict=False)
    assert not extra and all(name.endswith("num_batches_tracked") for name in missing), (missing, extra)
    return model.eval()


def pictures(batch):
    data = bytearray(open(os.path.join(FOLDER, f"input{batch}.bin"), "rb").read())
    return torch.frombuffer(data, dtype=torch.float32).reshape(batch, 224, 224, 3).permute(0, 3, 1, 2)


def eager(model, x):
    return lambda: model(x)


def autocast(model, x):
    def call():
        with torch.autocast("cpu", torch.bfloat16):
            return model(x)
    return call


def onnx_session():
    import onnxruntime

    path = os.path.join(FOLDER, "trunk.onnx")
    axes = {"x": {0: "n"}, "y": {0: "n"}}
    torch.onnx.export(trunk(), pictures(1).contiguous(), path, input_names=["x"], output_names=["y"], dynamic_axes=axes, dynamo=False)
    versions.append(f"ONNX Runtime {onnxruntime.__version__}")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = THREADS
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])


def contenders():
    layouts = {"nchw": torch.contiguous_format, "channels_last": torch.channels_last}
    made = {}
    for layout, memory in layouts.items():
        f32 = trunk().to(memory_format=memory)
        bf16 = trunk().to(torch.bfloat16).to(memory_format=memory)
        for n in BATCHES:
            x = pictures(n).contiguous(memory_format=memory)
            made[f"f32/{n}/torch {layout}"] = eager(f32, x)
            made[f"bf16/{n}/torch autocast {layout}"] = autocast(f32, x)
            made[f"bf16/{n}/torch bfloat16 {layout}"] = eager(bf16, x.to(torch.bfloat16))
    return made


def optional(made):
    """The rivals that not every Python has; what is missing is said, not fatal."""
    try:
        import torch._inductor.config

        torch._inductor.config.freezing = True  # folds the batch normalisation
        compiled = torch.compile(trunk(), dynamic=False)
        for n in BATCHES:
            call = eager(compiled, pictures(n).contiguous())
            call()
            made[f"f32/{n}/torch.compile"] = call
    except Exception as error:
        notes["torch.compile"] = f"{type(error).__name__}: {str(error).strip().splitlines()[0]}"
    try:
        session = onnx_session()
        for n in BATCHES:
            feed = {"x": pictures(n).contiguous().numpy()}
            made[f"f32/{n}/onnxruntime"] = lambda feed=feed: session.run(None, feed)
    except Exception as error:
        notes["onnxruntime"] = f"{type(error).__name__}: {str(error).strip().splitlines()[0]}"
    return made


made = optional(contenders())
print(json.dumps({"versions": ", ".join(versions), "names": list(made), "notes": notes}))
for line in sys.stdin:
    name, calls = line.rsplit(" ", 1)
    start = time.perf_counter()
    for _ in range(int(calls)):
        made[name]()
    print((time.perf_counter() - start) * 1e3 / int(calls))
