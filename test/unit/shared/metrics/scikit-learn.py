"""Pixel and image figures by scikit-learn of small sets, some of whose defective images have no mask or void pixels.

    python3 test/unit/shared/metrics/scikit-learn.py > test/fixtures/scikit-learn.json
"""
import json
import sys

import numpy as np
import sklearn
from sklearn.metrics import average_precision_score, precision_recall_curve, roc_auc_score

SIDE = 12
VOID = 64
rng = np.random.default_rng(7)


def image(kind, masked, void):
    """Scores in sixteenths, so that there are ties and nothing is rounded."""
    scores = rng.integers(0, 40, (SIDE, SIDE))
    mask = np.zeros((SIDE, SIDE), int)
    if kind != "good":
        top, left = rng.integers(1, 7, 2)
        mask[top : top + 4, left : left + 3] = 255
        scores[mask == 255] += rng.integers(0, 30, int((mask == 255).sum()))
    if void:
        mask[8:, 8:] = VOID
        scores[8:, 8:] += 25
    return {
        "defectType": kind,
        "map": (scores / 16).ravel().tolist(),
        "mask": mask.ravel().tolist() if masked else None,
    }


def figures(images):
    """Pixels of defective images without a mask, and void ones, count on neither side."""
    scores, labels = [], []
    for one in images:
        if one["mask"] is None and one["defectType"] != "good":
            continue
        mask = np.array(one["mask"] or [0] * SIDE * SIDE)
        known = mask != VOID
        scores.append(np.array(one["map"])[known])
        labels.append(mask[known] == 255)
    scores, labels = np.concatenate(scores), np.concatenate(labels)
    precision, recall, _ = precision_recall_curve(labels, scores)
    both = precision + recall
    f1 = np.divide(2 * precision * recall, both, out=np.zeros_like(both), where=both > 0)
    tops = [max(one["map"]) for one in images]
    defective = [one["defectType"] != "good" for one in images]
    return {
        "pixelAuroc": roc_auc_score(labels, scores),
        "pixelAp": average_precision_score(labels, scores),
        "pixelF1Max": f1.max(),
        "imageAuroc": roc_auc_score(defective, tops),
        "imageAp": average_precision_score(defective, tops),
    }


sets = {
    "every mask": [("good", False, False)] * 4 + [("dent", True, False)] * 4,
    "half of the masks": [("good", False, False)] * 4
    + [("dent", True, False), ("dent", False, False), ("cut", True, False), ("cut", False, False)],
    "one mask": [("good", False, False)] * 3 + [("dent", True, False)] + [("cut", False, False)] * 5,
    "void pixels": [("good", False, False)] * 3 + [("dent", True, True)] * 3 + [("cut", True, False)],
    "void pixels and missing masks": [("good", False, False), ("good", True, True)]
    + [("dent", True, True), ("dent", False, False), ("cut", True, True)],
}
made = {name: [image(*one) for one in kinds] for name, kinds in sets.items()}
json.dump(
    {
        "sklearn": sklearn.__version__,
        "side": SIDE,
        "sets": [{"name": name, "images": images, "figures": figures(images)} for name, images in made.items()],
    },
    sys.stdout,
    separators=(",", ":"),
)
