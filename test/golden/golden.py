"""What the scripts share: inputs from an integer hash that both sides compute, a case's tensors, and what is stored of a result.

Letters: T steps, N batch, D input, H hidden, L layers, S directions (2 where bidirectional). Computed in float64.
"""

import json
import math
import pathlib

import numpy as np
import torch

torch.set_default_dtype(torch.float64)
# State 'none' is not passed, 'zero' is passed and has a gradient, as 'given', which is hashed.
PLAIN = {"layers": 1, "directions": 1, "bias": True, "projection": 0, "heads": 1, "steps": 5, "batch": 3, "lengths": None, "state": "given"}


def hashed(name, shape, scale=1.0):
    """Numbers in ±scale from the tensor's name and the element's index (murmur3's last step)."""
    seed = 0
    for ch in name:
        seed = (seed * 31 + ord(ch)) & 0xFFFFFFFF
    mask = np.uint64(0xFFFFFFFF)
    h = (np.uint64(seed) + np.arange(math.prod(shape), dtype=np.uint64) * np.uint64(0x9E3779B9)) & mask
    for shift, factor in ((16, 0x85EBCA6B), (13, 0xC2B2AE35)):
        h = ((h ^ (h >> np.uint64(shift))) * np.uint64(factor)) & mask
    h ^= h >> np.uint64(16)
    # Both sides start from float32.
    return torch.tensor(((h.astype(np.float64) / 2**31 - 1) * scale).astype(np.float32)).double().reshape(shape)


def positive(name, shape):
    """Numbers around 1, for gains and for what is divided by."""
    return (1 + hashed(name, shape) / 2).float().double()


def summary(t):
    flat = t.detach().flatten()
    step = max(1, flat.numel() // 16)
    return {"norm": float(f"{flat.norm().item():.9g}"), "step": step, "values": [float(f"{v:.9g}") for v in flat[::step][:17].tolist()]}


def places(case):
    """Prefixes of the parameters of each layer and direction, in the order of the states."""
    return [f"{l}{d}" for l in range(case["layers"]) for d in ("", ".reverse")[: case["directions"]]]


def make_parameters(case, shapes):
    """
    Ours: for each place and parameter, a matrix [rows, columns] for each linear that it holds side by side, or a vector.
    `shapes(input)` gives {parameter: (rows, {linear: columns})}, or {vector: columns}, of a layer with this input.
    """
    output = case["projection"] or case["hidden"]
    scale = 1 / math.sqrt(case["hidden"])
    found = {}
    for place in places(case):
        size = case["input"] if place[0] == "0" else output * case["directions"]
        found[place] = {}
        for name, shape in shapes(size).items():
            path = f"{place}.{name}"
            if isinstance(shape, int):
                found[place][name] = (positive if "gain" in name else hashed)(path, (shape,)).requires_grad_()
            else:
                rows, columns = shape
                found[place][name] = {l: hashed(f"{path}.{l}", (rows, w), scale).requires_grad_() for l, w in columns.items()}
    return found


def make_initial(case, widths, constants={}):
    """For each state [L·S, N, W], with gradient."""
    L = case["layers"] * case["directions"]
    found = {}
    for s, w in widths.items():
        shape = (L, case["batch"], w)
        given = (positive if s == "n" else hashed)(f"initial {s}", shape) if case["state"] == "given" else torch.full(shape, constants.get(s, 0.0))
        found[s] = given.requires_grad_()
    return found


def results(case, run, widths, shapes, constants={}):
    """Runs a case: `run(case, parameters, x, initial)` returns y [T, N, ...] and each final state [L·S, N, W]."""
    case = {**PLAIN, **case}
    x = hashed("input", (case["steps"], case["batch"], case["input"])).requires_grad_()
    initial = make_initial(case, widths, constants)
    p = make_parameters(case, shapes)
    y, final = run(case, p, x, initial)
    loss = (y * hashed("weight output", tuple(y.shape))).sum()
    for s in widths:
        loss = loss + (final[s] * hashed(f"weight {s}", tuple(final[s].shape))).sum()
    loss.backward()
    grad = lambda t: torch.zeros_like(t) if t.grad is None else t.grad
    found = {"output": y, **{f"final {s}": final[s] for s in widths}, "d input": grad(x)}
    if case["state"] != "none":
        found.update({f"d initial {s}": grad(initial[s]) for s in widths})
    for place, own in p.items():
        for name, t in own.items():
            # The linears of one parameter follow each other by name.
            found[f"d {place}.{name}"] = grad(t) if torch.is_tensor(t) else torch.cat([grad(t[l]).flatten() for l in sorted(t)])
    return {**case, "results": {k: summary(v) for k, v in found.items()}}


def write(name, rows):
    path = pathlib.Path(__file__).with_name(name)
    path.write_text("".join(json.dumps(row, separators=(",", ":")) + "\n" for row in rows))
    print(f"{name}: {len(rows)} cases, {path.stat().st_size} bytes, torch {torch.__version__}")
