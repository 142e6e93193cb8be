"""Makes cells.jsonl: outputs, states and all gradients of each cell from PyTorch, which cells.test.ts compares with.

    pip install torch numpy && python test/golden/make_cells.py

Inputs and parameters are numbers of an integer hash that both sides compute, so only results are stored: of each tensor its
norm and 16 of its elements, evenly spaced. Computed in float64.
"""

import json
import math
import pathlib

import torch
from torch import nn

torch.set_default_dtype(torch.float64)
T, N = 5, 3
GATES = {"RNN": ["h"], "RNN-ReLU": ["h"], "GRU": ["r", "z", "n"], "GRU-reset-before": ["r", "z", "n"], "LSTM": ["i", "f", "g", "o"]}


def hashed(name, shape, scale=1.0):
    """Numbers in ±scale from the tensor's name and the element's index (murmur3's last step)."""
    seed = 0
    for ch in name:
        seed = (seed * 31 + ord(ch)) & 0xFFFFFFFF
    out = []
    for i in range(math.prod(shape)):
        h = (seed + i * 0x9E3779B9) & 0xFFFFFFFF
        h ^= h >> 16
        h = (h * 0x85EBCA6B) & 0xFFFFFFFF
        h ^= h >> 13
        h = (h * 0xC2B2AE35) & 0xFFFFFFFF
        h ^= h >> 16
        out.append((h / 2**31 - 1) * scale)
    # Both sides start from float32.
    return torch.tensor(out, dtype=torch.float32).double().reshape(shape)


def linears(cell):
    return ["r", "z", "nx", "nh"] if cell == "GRU" else GATES[cell]


def parameters(cell, layers, size):
    """Ours: a matrix [in, out] per linear and operand, one bias per linear."""
    p, scale = {}, 1 / math.sqrt(size)
    for layer in range(layers):
        for name in linears(cell):
            if name != "nh":
                p[f"{layer}.x.{name}"] = hashed(f"{layer}.x.{name}", (size, size), scale)
            if name != "nx":
                p[f"{layer}.h.{name}"] = hashed(f"{layer}.h.{name}", (size, size), scale)
            p[f"{layer}.b.{name}"] = hashed(f"{layer}.b.{name}", (size,), scale)
    return {k: v.requires_grad_() for k, v in p.items()}


def run_module(cell, p, layers, size, x, h0, c0):
    """PyTorch's own module with our parameters put in."""
    kind, extra = {"RNN": (nn.RNN, {"nonlinearity": "tanh"}), "RNN-ReLU": (nn.RNN, {"nonlinearity": "relu"}), "GRU": (nn.GRU, {}), "LSTM": (nn.LSTM, {})}[cell]
    module = kind(size, size, layers, **extra)
    weights = {}
    for layer in range(layers):
        g = lambda operand, name: p[f"{layer}.{operand}.{name}"]
        xs = [("nx" if (cell == "GRU" and n == "n") else n) for n in GATES[cell]]
        hs = [("nh" if (cell == "GRU" and n == "n") else n) for n in GATES[cell]]
        zero = torch.zeros(size)
        weights[f"weight_ih_l{layer}"] = torch.cat([g("x", n).T for n in xs])
        weights[f"weight_hh_l{layer}"] = torch.cat([g("h", n).T for n in hs])
        weights[f"bias_ih_l{layer}"] = torch.cat([g("b", n) for n in xs])
        weights[f"bias_hh_l{layer}"] = torch.cat([g("b", "nh") if n == "nh" else zero for n in hs])
    state = (h0, c0) if cell == "LSTM" else h0
    y, final = torch.func.functional_call(module, weights, (x, state))
    return y, ({"h": final[0], "c": final[1]} if cell == "LSTM" else {"h": final})


def run_reset_before(p, layers, x, h0):
    y, finals = x, []
    for layer in range(layers):
        g = lambda operand, name: p[f"{layer}.{operand}.{name}"]
        h, ys = h0[layer], []
        for t in range(T):
            r = torch.sigmoid(y[t] @ g("x", "r") + h @ g("h", "r") + g("b", "r"))
            z = torch.sigmoid(y[t] @ g("x", "z") + h @ g("h", "z") + g("b", "z"))
            n = torch.tanh(y[t] @ g("x", "n") + (r * h) @ g("h", "n") + g("b", "n"))
            h = (1 - z) * n + z * h
            ys.append(h)
        y = torch.stack(ys)
        finals.append(h)
    return y, {"h": torch.stack(finals)}


def summary(t):
    flat = t.detach().flatten()
    step = max(1, flat.numel() // 16)
    return {"norm": float(f"{flat.norm().item():.9g}"), "step": step, "values": [float(f"{v:.9g}") for v in flat[::step][:17].tolist()]}


def case(cell, layers, size, zero):
    x = hashed("input", (T, N, size)).requires_grad_()
    states = ["h", "c"] if cell == "LSTM" else ["h"]
    initial = {s: (torch.zeros(layers, N, size) if zero else hashed(f"initial {s}", (layers, N, size))).requires_grad_() for s in states}
    p = parameters(cell, layers, size)
    if cell == "GRU-reset-before":
        y, final = run_reset_before(p, layers, x, initial["h"])
    else:
        y, final = run_module(cell, p, layers, size, x, initial["h"], initial.get("c"))
    loss = (y * hashed("weight output", tuple(y.shape))).sum()
    for s in states:
        loss = loss + (final[s] * hashed(f"weight {s}", tuple(final[s].shape))).sum()
    loss.backward()
    results = {"output": y, **{f"final {s}": final[s] for s in states}, "d input": x.grad}
    results.update({f"d initial {s}": initial[s].grad for s in states})
    results.update({f"d {k}": v.grad for k, v in p.items()})
    return {"cell": cell, "layers": layers, "size": size, "zero": zero, "results": {k: summary(v) for k, v in results.items()}}


def main():
    rows = []
    for cell in GATES:
        for size in (1, 3, 33, 65, 128):
            for layers in (1, 2, 3):
                # All combinations at the small sizes; at the large ones the two kinds of state take turns.
                for zero in (True, False) if size <= 3 else ((size + layers) % 2 == 0,):
                    rows.append(json.dumps(case(cell, layers, size, zero), separators=(",", ":")))
    path = pathlib.Path(__file__).with_name("cells.jsonl")
    path.write_text("\n".join(rows) + "\n")
    print(f"{len(rows)} cases, {path.stat().st_size} bytes, torch {torch.__version__}")


if __name__ == "__main__":
    main()
