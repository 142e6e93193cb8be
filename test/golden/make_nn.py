"""Makes nn.jsonl: outputs and all gradients of the feed-forward operations from PyTorch, which nn.test.ts compares with.

    pip install torch numpy && python test/golden/make_nn.py

Inputs are made as in make_cells.py, so only results are stored. Computed in float64. The gradients are those of the sum of
all outputs, each weighted by hashed numbers.
"""

import json
import pathlib

import torch
import torch.nn.functional as F

from make_cells import hashed, summary

CASES = {}


def case(name):
    def add(run):
        CASES[name] = run
        return run

    return add


def leaf(name, shape, scale=1.0):
    return hashed(name, shape, scale).requires_grad_()


def indices(name, shape, limit):
    return ((hashed(name, shape) + 1) / 2 * limit).floor().clamp(max=limit - 1).long()


ACTIVATIONS = {
    "relu": F.relu,
    "leakyRelu": lambda x: F.leaky_relu(x, 0.2),
    "elu": lambda x: F.elu(x, 1.5),
    "geluTanh": lambda x: F.gelu(x, approximate="tanh"),
    "silu": F.silu,
    "softplus": F.softplus,
    "softsign": F.softsign,
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "hardtanh": lambda x: F.hardtanh(x, -0.5, 2.0),
    "softmax": lambda x: F.softmax(x, -1),
    "softmax over axis 0": lambda x: F.softmax(x, 0),
    "logSoftmax": lambda x: F.log_softmax(x, -1),
}
for name, f in ACTIVATIONS.items():
    for scale in (1, 8, 40):
        @case(f"{name}, ±{scale}")
        def _(f=f, scale=scale):
            x = leaf("x", (3, 37), scale)
            return {"x": x}, {"y": f(x)}


for padding in (False, True):
    @case("embedding" + (", padding" if padding else ""))
    def _(padding=padding):
        w = leaf("w", (7, 5))
        return {"w": w}, {"y": F.embedding(indices("indices", (4, 6), 7), w, padding_idx=2 if padding else None)}


for size in (3, 33, 65, 130):
    for kind in ("plain", "weight", "weight and bias"):
        @case(f"layerNorm of {size}, {kind}")
        def _(size=size, kind=kind):
            leaves = {"x": leaf("x", (2, 3, size), 3)}
            if kind != "plain":
                leaves["weight"] = leaf("weight", (size,))
            if kind == "weight and bias":
                leaves["bias"] = leaf("bias", (size,))
            y = F.layer_norm(leaves["x"], (size,), leaves.get("weight"), leaves.get("bias"), 1e-5)
            return leaves, {"y": y}


# 1 where a query may look; every row has such a place, since PyTorch gives NaN where there is none.
def attention_masks(N, Tq, Tk):
    lengths = torch.tensor([Tk, 1, 2][:N])
    by_length = (torch.arange(Tk)[None, :] < lengths[:, None])[:, None, :].expand(N, Tq, Tk)
    some = (hashed("mask", (N, Tq, Tk)) > 0) | (torch.arange(Tk) == 0)
    return {"no mask": torch.ones(N, Tq, Tk, dtype=bool), "lengths": by_length, "mask": some, "both": some & by_length}


for kind in ("no mask", "lengths", "mask", "both"):
    for N, Tq, Tk in ((3, 4, 5), (1, 1, 3)):
        @case(f"dot attention {N} {Tq} {Tk}, {kind}")
        def _(N=N, Tq=Tq, Tk=Tk, kind=kind):
            q, k, v = leaf("q", (N, Tq, 6), 3), leaf("k", (N, Tk, 6), 3), leaf("v", (N, Tk, 2))
            mask = attention_masks(N, Tq, Tk)[kind]
            output = F.scaled_dot_product_attention(q, k, v, attn_mask=mask)
            weights = F.softmax((q @ k.mT / 6**0.5).masked_fill(~mask, -torch.inf), -1)
            return {"q": q, "k": k, "v": v}, {"output": output, "weights": weights}

        @case(f"additive attention {N} {Tq} {Tk}, {kind}")
        def _(N=N, Tq=Tq, Tk=Tk, kind=kind):
            q, k, v = leaf("q", (N, Tq, 6)), leaf("k", (N, Tk, 3)), leaf("v", (N, Tk, 2))
            w, u, s = leaf("query.weight", (6, 8)), leaf("key.weight", (3, 8)), leaf("score.weight", (8, 1), 4)
            mask = attention_masks(N, Tq, Tk)[kind]
            scores = (torch.tanh((q @ w)[:, :, None] + (k @ u)[:, None]) @ s).squeeze(-1)
            weights = F.softmax(scores.masked_fill(~mask, -torch.inf), -1)
            leaves = {"q": q, "k": k, "v": v, "query.weight": w, "key.weight": u, "score.weight": s}
            return leaves, {"output": weights @ v, "weights": weights}


for reduction in ("mean", "sum", "none"):
    for smoothing in (0, 0.1, 1):
        for ignore in (False, True):
            @case(f"crossEntropy {reduction}, smoothing {smoothing}" + (", ignoring" if ignore else ""))
            def _(reduction=reduction, smoothing=smoothing, ignore=ignore):
                x = leaf("x", (6, 9), 4)
                y = indices("targets", (6,), 9)
                if ignore:
                    y[1] = y[4] = -100
                return {"x": x}, {"loss": F.cross_entropy(x, y, reduction=reduction, label_smoothing=smoothing)}

    for name, f in {"mse": F.mse_loss, "mae": F.l1_loss, "huber": lambda *a, **k: F.huber_loss(*a, **k, delta=0.7)}.items():
        @case(f"{name} {reduction}")
        def _(f=f, reduction=reduction):
            p, y = leaf("p", (4, 9), 2), leaf("y", (4, 9))
            return {"p": p, "y": y}, {"loss": f(p, y, reduction=reduction)}

    for weight in ("none", "number", "row"):
        @case(f"bceWithLogits {reduction}, posWeight {weight}")
        def _(reduction=reduction, weight=weight):
            p = leaf("p", (4, 9), 20)
            y = (hashed("y", (4, 9)) / 2 + 0.5).requires_grad_()
            pos = {"none": None, "number": torch.full((9,), 3.0), "row": hashed("pos", (9,)) + 1.5}[weight]
            return {"p": p, "y": y}, {"loss": F.binary_cross_entropy_with_logits(p, y, reduction=reduction, pos_weight=pos)}

    for full in (False, True):
        for shape in ((4, 9), (4, 1)):
            @case(f"gaussianNLL {reduction}, variance {shape[1]}" + (", full" if full else ""))
            def _(reduction=reduction, full=full, shape=shape):
                p, y = leaf("p", (4, 9), 2), leaf("y", (4, 9))
                # Some fall below the bound of 0.3.
                v = (hashed("v", shape) + 1).requires_grad_()
                return {"p": p, "y": y, "v": v}, {"loss": F.gaussian_nll_loss(p, y, v, full=full, eps=0.3, reduction=reduction)}

    @case(f"gaussianNLL {reduction}, log variance")
    def _(reduction=reduction):
        p, y, s = leaf("p", (4, 9), 2), leaf("y", (4, 9)), leaf("s", (4, 9), 3)
        return {"p": p, "y": y, "s": s}, {"loss": F.gaussian_nll_loss(p, y, s.exp(), eps=1e-9, reduction=reduction)}

    for zero in (False, True):
        @case(f"ctc {reduction}" + (", zeroInfinity" if zero else ""))
        def _(reduction=reduction, zero=zero):
            T, N, C, S = 11, 4, 6, 5
            x = leaf("x", (T, N, C), 3)
            y = indices("labels", (N, S), C - 1)
            blank = 2
            y = y + (y >= blank)
            y[0] = y[0, 0]  # five equal labels need nine steps
            # With zeroInfinity the first sequence is too short.
            inputs = torch.tensor([5 if zero else 9, 11, 7, 4])
            targets = torch.tensor([5, 4, 1, 0])
            loss = F.ctc_loss(F.log_softmax(x, -1), y, inputs, targets, blank, reduction, zero_infinity=zero)
            return {"x": x}, {"loss": loss}


@case("activationPenalty")
def _():
    h, d = leaf("h", (5, 3, 4)), leaf("d", (5, 3, 4))
    return {"h": h, "d": d}, {"loss": 2 * d.pow(2).mean() + 0.5 * (h[1:] - h[:-1]).pow(2).mean()}


@case("l2Penalty")
def _():
    a, b = leaf("a", (5, 3)), leaf("b", (3,))
    return {"a": a, "b": b}, {"loss": 0.3 / 2 * (a.pow(2).sum() + b.pow(2).sum())}


def results(run):
    leaves, outputs = run()
    sum((t * hashed(f"weight {name}", tuple(t.shape))).sum() for name, t in outputs.items()).backward()
    found = {**outputs, **{f"d {name}": t.grad for name, t in leaves.items()}}
    return {name: summary(t) for name, t in found.items()}


def main():
    rows = [json.dumps({"name": name, "results": results(run)}, separators=(",", ":")) for name, run in CASES.items()]
    path = pathlib.Path(__file__).with_name("nn.jsonl")
    path.write_text("\n".join(rows) + "\n")
    print(f"{len(rows)} cases, {path.stat().st_size} bytes, torch {torch.__version__}")


if __name__ == "__main__":
    main()
