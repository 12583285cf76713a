"""Writes weights of random networks, inputs and what PyTorch makes of them into a folder, for pytorch.test.ts."""

import json
import math
import sys
from pathlib import Path

import torch
from torch import nn
from torch.nn import functional as F

sys.path.insert(0, str(Path(__file__).parents[3] / "scripts/bench"))
from unet import Unet  # noqa: E402

folder = Path(sys.argv[1])
torch.manual_seed(7)
torch.set_num_threads(1)


def save(name, tensors):
    """Safetensors, float32 only."""
    header, data = {}, b""
    for key, value in tensors.items():
        value = torch.as_tensor(value, dtype=torch.float32).contiguous()
        content = value.numpy().tobytes()
        header[key] = {
            "dtype": "F32",
            "shape": list(value.shape),
            "data_offsets": [len(data), len(data) + len(content)],
        }
        data += content
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    (folder / name).write_bytes(len(text).to_bytes(8, "little") + text + data)


betas = torch.linspace(1e-4, 0.02, 1000, dtype=torch.float64)
alpha_bar = torch.cumprod(1 - betas, 0)


def bar(step):
    return 1.0 if step < 0 else alpha_bar[step].item()


def reconstruct(network, x, target, noise0, noise, w, start, skip, eta):
    steps = list(range(0, start, skip))[::-1]
    x = math.sqrt(bar(start)) * x + math.sqrt(1 - bar(start)) * noise0
    for i, step in enumerate(steps):
        now, later = bar(step), bar(steps[i + 1] if i + 1 < len(steps) else -1)
        e = network(x, torch.full((len(x),), step))
        noisy = math.sqrt(now) * target + math.sqrt(1 - now) * e
        guided = e - w * math.sqrt(1 - now) * (noisy - x)
        clean = (x - math.sqrt(1 - now) * guided) / math.sqrt(now)
        sigma = eta * math.sqrt((1 - now / later) * (1 - later) / (1 - now))
        x = math.sqrt(later) * clean + sigma * noise[i]
        x = x + math.sqrt(max(0, 1 - later - sigma**2)) * guided
    return x


class Bottleneck(nn.Module):
    def __init__(self, given, width, out, stride):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(given, width, 1, bias=False), nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, stride, 1, bias=False)
        self.bn2, self.conv3 = nn.BatchNorm2d(width), nn.Conv2d(width, out, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(out)
        same = given == out and stride == 1
        self.downsample = None if same else nn.Sequential(
            nn.Conv2d(given, out, 1, stride, bias=False), nn.BatchNorm2d(out)
        )

    def forward(self, x):
        h = F.relu(self.bn1(self.conv1(x)))
        h = self.bn3(self.conv3(F.relu(self.bn2(self.conv2(h)))))
        return F.relu(h + (x if self.downsample is None else self.downsample(x)))


class WideResNet50(nn.Module):
    """torchvision's wide_resnet50_2 up to layer3."""

    def __init__(self):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(3, 64, 7, 2, 3, bias=False), nn.BatchNorm2d(64)
        channels = 64
        for stage, count in enumerate((3, 4, 6)):
            width, out = 128 << stage, 256 << stage
            blocks = []
            for block in range(count):
                blocks.append(Bottleneck(channels, width, out, 2 if stage and not block else 1))
                channels = out
            setattr(self, f"layer{stage + 1}", nn.Sequential(*blocks))

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.bn1(self.conv1(x))), 3, 2, 1)
        stages = []
        for layer in (self.layer1, self.layer2, self.layer3):
            x = layer(x)
            stages.append(x)
        return stages


MEAN = torch.tensor([0.485, 0.456, 0.406])[:, None, None]
DEVIATION = torch.tensor([0.229, 0.224, 0.225])[:, None, None]

with torch.no_grad():
    unet = Unet(64, 32).eval()
    for parameter in unet.parameters():
        # Those that start as zeros would hide what is behind them.
        if not parameter.any():
            parameter.normal_(0, 0.02)
    torch.save(nn.DataParallel(unet).state_dict(), folder / "unet")
    x, target = torch.rand(2, 2, 3, 64, 64) * 2 - 1
    steps = torch.tensor([3, 720])
    noise0, noise = torch.randn(2, 3, 64, 64), torch.randn(4, 2, 3, 64, 64)
    given = {"forward.x": x, "forward.t": steps}
    expected = {"forward.eps": unet(x, steps)}
    for name, parameters in {"own": (3, 100, 25, 1), "blend": (6, 80, 20, 0.5)}.items():
        given |= {
            f"reconstruct.{name}.params": parameters,
            f"reconstruct.{name}.target": target,
            f"reconstruct.{name}.noise0": noise0,
            f"reconstruct.{name}.noise": noise,
        }
        expected[f"reconstruct.{name}.x0"] = reconstruct(unet, x, target, noise0, noise, *parameters)

    network = WideResNet50().eval()
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.running_mean.normal_(0, 0.1)
            module.running_var.uniform_(0.5, 1.5)
    # As torchvision's first files are kept: the container before the zip, convolutions in half precision.
    state = {k: v.half() if "conv" in k else v for k, v in network.state_dict().items()}
    network.load_state_dict(state)
    torch.save(state, folder / "features.pth", _use_new_zipfile_serialization=False)
    image = F.avg_pool2d(torch.rand(2, 3, 128, 128), 2)
    reconstruction = (image + 0.1 * torch.randn_like(image)).clamp(0, 1)
    stages = [network((each - MEAN) / DEVIATION) for each in (image, reconstruction)]
    for i, stage in enumerate(stages[0]):
        expected[f"eval.layer{i + 1}"] = stage
    feature = torch.zeros(2, 1, 64, 64)
    for layer in (1, 2):
        a, b = (F.avg_pool2d(each[layer], 3, 1, 1) for each in stages)
        distance = 1 - F.cosine_similarity(a, b, dim=1)[:, None]
        feature += F.interpolate(distance, size=64, mode="bilinear", align_corners=True)
    pixel = (2 * image - 2 * reconstruction).abs().mean(1, keepdim=True)
    given |= {"image": image, "reconstruction": reconstruction, "map.v": [7.0]}
    expected["map.combined"] = feature + 7 * feature.max() / pixel.max() * pixel

save("given.safetensors", given)
save("expected.safetensors", expected)
