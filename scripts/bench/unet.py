"""DDAD's U-Net in PyTorch, written from its description, to measure the engine against and to check its numbers."""

import math

import torch
from torch import nn
from torch.nn import functional as F

MULTIPLIERS = {256: (1, 1, 2, 2, 4, 4), 128: (1, 1, 2, 3, 4), 64: (1, 2, 3, 4), 32: (1, 2, 3, 4)}


def resampled(x, way):
    if way == "down":
        return F.avg_pool2d(x, 2)
    return F.interpolate(x, scale_factor=2, mode="nearest") if way == "up" else x


class Residual(nn.Module):
    def __init__(self, channels, out, embedding, dropout, way=None):
        super().__init__()
        self.way = way
        self.in_layers = nn.Sequential(
            nn.GroupNorm(32, channels), nn.SiLU(), nn.Conv2d(channels, out, 3, padding=1)
        )
        self.embed_layers = nn.Sequential(nn.SiLU(), nn.Linear(embedding, out))
        self.out_layers = nn.Sequential(
            nn.GroupNorm(32, out), nn.SiLU(), nn.Dropout(dropout), nn.Conv2d(out, out, 3, padding=1)
        )
        self.skip_connection = nn.Identity() if channels == out else nn.Conv2d(channels, out, 1)

    def forward(self, x, embedding):
        h = self.in_layers[2](resampled(self.in_layers[1](self.in_layers[0](x)), self.way))
        h = h + self.embed_layers(embedding)[:, :, None, None]
        return self.skip_connection(resampled(x, self.way)) + self.out_layers(h)


class Attention(nn.Module):
    def __init__(self, channels, heads):
        super().__init__()
        self.heads = heads
        self.norm = nn.GroupNorm(32, channels)
        self.to_qkv = nn.Conv1d(channels, 3 * channels, 1)
        self.proj_out = nn.Conv1d(channels, channels, 1)

    def forward(self, x, _embedding):
        n, c, height, width = x.shape
        flat = x.reshape(n, c, -1)
        qkv = self.to_qkv(self.norm(flat)).reshape(n * self.heads, 3 * c // self.heads, -1)
        query, key, value = qkv.chunk(3, dim=1)
        scale = (c // self.heads) ** -0.25
        shares = torch.einsum("bct,bcs->bts", query * scale, key * scale).softmax(-1)
        joined = torch.einsum("bts,bcs->bct", shares, value).reshape(n, c, -1)
        return (flat + self.proj_out(joined)).reshape(n, c, height, width)


class Embedding(nn.Module):
    def __init__(self, base):
        super().__init__()
        self.base = base

    def forward(self, steps):
        half = self.base // 2
        waves = torch.exp(torch.arange(half) * -math.log(10000) / half)
        angles = steps[:, None].float() * waves[None]
        return torch.cat([angles.sin(), angles.cos()], dim=-1)


class Unet(nn.Module):
    def __init__(self, size, base, dropout=0.0):
        super().__init__()
        heads = 4 if base >= 64 else 2
        wide = 4 * base
        self.time_embedding = nn.Sequential(
            Embedding(base), nn.Linear(base, wide), nn.SiLU(), nn.Linear(wide, wide)
        )
        multipliers = MULTIPLIERS[size]
        channels, side, skips = base, size, [base]
        self.down = nn.ModuleList([nn.ModuleList([nn.Conv2d(3, base, 3, padding=1)])])

        def blocks(given, out):
            made = [Residual(given, out, wide, dropout)]
            return made + ([Attention(out, heads)] if side in (32, 16, 8) else [])

        for level, multiplier in enumerate(multipliers):
            for _ in range(2):
                self.down.append(nn.ModuleList(blocks(channels, base * multiplier)))
                channels = base * multiplier
                skips.append(channels)
            if level < len(multipliers) - 1:
                self.down.append(nn.ModuleList([Residual(channels, channels, wide, dropout, "down")]))
                side //= 2
                skips.append(channels)
        self.middle = nn.ModuleList(
            [
                Residual(channels, channels, wide, dropout),
                Attention(channels, heads),
                Residual(channels, channels, wide, dropout),
            ]
        )
        self.up = nn.ModuleList()
        for level, multiplier in reversed(list(enumerate(multipliers))):
            for i in range(3):
                made = blocks(channels + skips.pop(), base * multiplier)
                channels = base * multiplier
                if level and i == 2:
                    made.append(Residual(channels, channels, wide, dropout, "up"))
                    side *= 2
                self.up.append(nn.ModuleList(made))
        self.out = nn.Sequential(
            nn.GroupNorm(32, channels), nn.SiLU(), nn.Conv2d(channels, 3, 3, padding=1)
        )

    def forward(self, x, steps):
        embedding = self.time_embedding(steps)
        h = self.down[0][0](x)
        skips = [h]
        for part in self.down[1:]:
            for block in part:
                h = block(h, embedding)
            skips.append(h)
        for block in self.middle:
            h = block(h, embedding)
        for part in self.up:
            h = torch.cat([h, skips.pop()], dim=1)
            for block in part:
                h = block(h, embedding)
        return self.out(h)
