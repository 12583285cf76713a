"""Writes test/fixtures/golden/patchcore.safetensors: PatchCore in PyTorch, numpy and faiss.

    python3 -m venv VENV && VENV/bin/pip install torch numpy faiss-cpu safetensors
    VENV/bin/python test/engine/methods/patchcore-reference.py

Written from the description of the authors' code (amazon-science/patchcore-inspection): patches by unfold, layer3
brought to layer2's grid, adaptive average pooling to D and of both layers to D again, the approximate greedy coreset,
a flat L2 index. Small sizes, so that the file stays small; windows overlap as they do at the real ones.
"""
import pathlib

import faiss
import numpy as np
import torch
import torch.nn.functional as F
from safetensors.torch import save_file

D, PROJECTED, K = 40, 16, 3
torch.manual_seed(5)
fine = torch.relu(torch.randn(4, 32, 8, 8))
coarse = torch.relu(torch.randn(4, 64, 4, 4))


def patches_of(layer):
    n, c, h, w = layer.shape
    cut = F.unfold(layer, 3, padding=1)
    return cut.reshape(n, c, 3, 3, h, w).permute(0, 4, 5, 1, 2, 3)


def raised(patches, side):
    n, h, w, c, kh, kw = patches.shape
    flat = patches.permute(0, 3, 4, 5, 1, 2).reshape(-1, 1, h, w)
    flat = F.interpolate(flat, size=(side, side), mode="bilinear", align_corners=False)
    return flat.reshape(n, c, kh, kw, side, side).permute(0, 4, 5, 1, 2, 3)


def pooled(rows):
    return F.adaptive_avg_pool1d(rows.reshape(len(rows), 1, -1), D).squeeze(1)


first = patches_of(fine)
second = raised(patches_of(coarse), 8)
layers = [pooled(p.reshape(-1, *p.shape[3:])) for p in (first, second)]
vectors = pooled(torch.stack(layers, dim=1))
nominal, query = vectors[:192], vectors[192:]

projection = torch.randn(D, PROJECTED) / D**0.5
projected = nominal @ projection
starts = torch.tensor([3, 17, 40, 71, 72, 99, 120, 150, 170, 191])


def pairwise(a, b):
    square = lambda x: x.unsqueeze(1).bmm(x.unsqueeze(2)).reshape(-1, 1)
    return (-2 * a.mm(b.T) + square(a) + square(b).T).clamp(0, None).sqrt()


anchor = pairwise(projected, projected[starts]).mean(dim=-1).reshape(-1, 1)
taken = []
for _ in range(int(192 * 0.25)):
    index = torch.argmax(anchor).item()
    taken.append(index)
    distance = pairwise(projected, projected[index : index + 1])
    anchor = torch.min(torch.cat([anchor, distance], dim=-1), dim=1).values.reshape(-1, 1)

bank = nominal[taken]
index = faiss.IndexFlatL2(D)
index.add(np.ascontiguousarray(bank.numpy()))
nearest, _ = index.search(np.ascontiguousarray(query.numpy()), K)

target = pathlib.Path(__file__).parents[2] / "fixtures/golden/patchcore.safetensors"
tensors = {
    "fine": fine,
    "coarse": coarse,
    "vectors": vectors,
    "projected": projected,
    "starts": starts,
    "taken": torch.tensor(taken),
    "score1": torch.tensor(nearest[:, 0]),
    "score3": torch.tensor(nearest.mean(axis=1)),
}
save_file({name: tensor.contiguous() for name, tensor in tensors.items()}, target)
print(target, target.stat().st_size)
