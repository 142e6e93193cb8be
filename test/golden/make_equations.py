"""Makes equations.jsonl: the cells that PyTorch lacks, from the equations of their papers, which golden.ts compares with.

    pip install torch numpy && python test/golden/make_equations.py

Written with autograd and plain loops, one sequence after the other, so that lengths and directions need no care. Inputs,
parameters and what is stored are as in make_cells.py. A row vector stands left of its matrix.
"""

import torch
from torch import sigmoid, tanh
from torch.nn.functional import layer_norm, logsigmoid, relu

from golden import PLAIN, results, write

CELLS = {}


def cell(name, weights, bias="", vectors="", states="h", constants={}):
    """
    Notes down a cell. `weights`: of each parameter its linears, `bias`: those that have one, `vectors`: by name.
    The equations are a function (p, x, s) to the new states, p being the layer's parameters.
    """

    def add(step):
        lists = {"bias": bias.split(), "vectors": vectors.split(), "states": states.split()}
        CELLS[name] = {"step": step, "weights": weights, "constants": constants, **lists}
        return step

    return add


def affine(p, name, **operands):
    """x·W_x + h·W_h + b"""
    z = sum(v @ p[f"weight_{o}"][name] for o, v in operands.items())
    return z + p["bias"][name] if name in p.get("bias", {}) else z


@cell("RNN-identity", {"weight_x": "h", "weight_h": "h"}, "h")
def rnn_identity(p, x, s):
    return {"h": affine(p, "h", x=x, h=s["h"])}


@cell("GRU-reset-before", {"weight_x": "r z n", "weight_h": "r z", "weight_n": "n"}, "r z n")
def gru_reset_before(p, x, s):
    """Cho et al. 2014, eq. 5-8: the reset state is multiplied."""
    h = s["h"]
    r = sigmoid(affine(p, "r", x=x, h=h))
    z = sigmoid(affine(p, "z", x=x, h=h))
    n = tanh(affine(p, "n", x=x, n=r * h))
    return {"h": z * h + (1 - z) * n}


@cell("LSTM-peephole", {"weight_x": "i f g o", "weight_h": "i f g o"}, "i f g o", "p_i p_f p_o", "h c")
def peephole(p, x, s):
    """Gers, Schraudolph and Schmidhuber 2002: the output gate sees the new cell state, the others the old one."""
    h, c = s["h"], s["c"]
    i = sigmoid(affine(p, "i", x=x, h=h) + p["p_i"] * c)
    f = sigmoid(affine(p, "f", x=x, h=h) + p["p_f"] * c)
    c = f * c + i * tanh(affine(p, "g", x=x, h=h))
    o = sigmoid(affine(p, "o", x=x, h=h) + p["p_o"] * c)
    return {"h": o * tanh(c), "c": c}


@cell("LSTM-coupled", {"weight_x": "f g o", "weight_h": "f g o"}, "f g o", "", "h c")
def coupled(p, x, s):
    """Greff et al. 2017, CIFG: f = 1 - i."""
    h = s["h"]
    i = 1 - sigmoid(affine(p, "f", x=x, h=h))
    c = (1 - i) * s["c"] + i * tanh(affine(p, "g", x=x, h=h))
    return {"h": sigmoid(affine(p, "o", x=x, h=h)) * tanh(c), "c": c}


def normalized(p, name, values):
    """All gates of one operand side by side, with a gain and a shift for each."""
    both = [torch.cat([p[f"norm_{name}_{kind}{k}"] for k in range(len(values))]) for kind in ("gain", "shift")]
    z = torch.cat(values, 1)
    return layer_norm(z, z.shape[1:], *both, eps=1e-5).chunk(len(values), 1)


def norm_names(name, count):
    return " ".join(f"norm_{name}_{kind}{k}" for kind in ("gain", "shift") for k in range(count))


@cell(
    "LSTM-layer-norm",
    {"weight_x": "xi xf xg xo", "weight_h": "hi hf hg ho"},
    "",
    f"{norm_names('x', 4)} {norm_names('h', 4)} norm_c_gain norm_c_shift",
    "h c",
)
def layer_norm_lstm(p, x, s):
    """Ba, Kiros and Hinton 2016, eq. 20-22."""
    zx = normalized(p, "x", [affine(p, f"x{g}", x=x) for g in "ifgo"])
    zh = normalized(p, "h", [affine(p, f"h{g}", h=s["h"]) for g in "ifgo"])
    i, f, g, o = (a + b for a, b in zip(zx, zh))
    c = sigmoid(f) * s["c"] + sigmoid(i) * tanh(g)
    shown = layer_norm(c, c.shape[1:], p["norm_c_gain"], p["norm_c_shift"], eps=1e-5)
    return {"h": sigmoid(o) * tanh(shown), "c": c}


@cell(
    "GRU-layer-norm",
    {"weight_x": "xr xz xn", "weight_h": "hr hz hn"},
    "",
    f"{norm_names('x', 2)} {norm_names('h', 2)} norm_xn_gain norm_xn_shift norm_hn_gain norm_hn_shift",
)
def layer_norm_gru(p, x, s):
    """Ba, Kiros and Hinton 2016, supplement: r and z normalized together, the candidate's two products each by itself."""
    xr, xz = normalized(p, "x", [affine(p, f"x{g}", x=x) for g in "rz"])
    hr, hz = normalized(p, "h", [affine(p, f"h{g}", h=s["h"]) for g in "rz"])
    z = sigmoid(xz + hz)
    own = lambda name, v: layer_norm(v, v.shape[1:], p[f"norm_{name}_gain"], p[f"norm_{name}_shift"], eps=1e-5)
    n = tanh(own("xn", affine(p, "xn", x=x)) + sigmoid(xr + hr) * own("hn", affine(p, "hn", h=s["h"])))
    return {"h": (1 - z) * s["h"] + z * n}


@cell("MGU", {"weight_x": "f n", "weight_h": "f", "weight_n": "n"}, "f n")
def mgu(p, x, s):
    """Zhou et al. 2016, eq. 8-10."""
    h = s["h"]
    f = sigmoid(affine(p, "f", x=x, h=h))
    return {"h": (1 - f) * h + f * tanh(affine(p, "n", x=x, n=f * h))}


@cell("IndRNN", {"weight_x": "h"}, "h", "u")
def ind_rnn(p, x, s):
    """Li et al. 2018, eq. 2."""
    return {"h": relu(affine(p, "h", x=x) + p["u"] * s["h"])}


@cell("minGRU", {"weight_x": "z n"}, "z n")
def min_gru(p, x, s):
    """Feng et al. 2024, section 3.1."""
    z = sigmoid(affine(p, "z", x=x))
    return {"h": (1 - z) * s["h"] + z * affine(p, "n", x=x)}


@cell("minLSTM", {"weight_x": "f i n"}, "f i n")
def min_lstm(p, x, s):
    """Feng et al. 2024, section 3.2: the two gates divided by their sum."""
    f, i = sigmoid(affine(p, "f", x=x)), sigmoid(affine(p, "i", x=x))
    return {"h": f / (f + i) * s["h"] + i / (f + i) * affine(p, "n", x=x)}


def affine_heads(p, name, x, h):
    """x·W_x + h·R + b, R block-diagonal: its blocks [H/heads, H/heads] are stored one under the other."""
    R = p["weight_h"][name]
    heads = R.shape[0] // R.shape[1]
    return affine(p, name, x=x) + h @ torch.block_diag(*R.chunk(heads))


@cell("sLSTM", {"weight_x": "z o i f", "weight_h": "z o i f"}, "z o i f", "", "h c n m", {"m": -1e4})
def slstm(p, x, s):
    """Beck et al. 2024, eq. 8-17 (forget gate: sigmoid)."""
    z, o, i, f = (affine_heads(p, g, x, s["h"]) for g in "zoif")
    m = torch.maximum(logsigmoid(f) + s["m"], i)
    i, f = torch.exp(i - m), torch.exp(logsigmoid(f) + s["m"] - m)
    c = f * s["c"] + i * tanh(z)
    n = f * s["n"] + i
    return {"h": sigmoid(o) * (c / n), "c": c, "n": n, "m": m}


@cell("SRU", {"weight_x": "f w r x"}, "f r", "v_f v_r", "c h")
def sru(p, x, s):
    """Lei et al. 2018, eq. 1-4, with a product in the highway."""
    f = sigmoid(affine(p, "f", x=x) + p["v_f"] * s["c"])
    r = sigmoid(affine(p, "r", x=x) + p["v_r"] * s["c"])
    c = f * s["c"] + (1 - f) * affine(p, "w", x=x)
    return {"h": r * c + (1 - r) * affine(p, "x", x=x), "c": c}


@cell("brain-LSTM", {"weight_x": "i f o g", "weight_h": "i f o g"}, "i f o g")
def brain(p, x, s):
    """brain.js, recurrent/lstm.ts: what is kept is the output before."""
    h = s["h"]
    i, f, o = (sigmoid(affine(p, g, x=x, h=h)) for g in "ifo")
    return {"h": o * tanh(i * tanh(affine(p, "g", x=x, h=h)) + f * h)}


def run_layer(step, p, x, initial, lengths, reverse):
    """One layer and direction: y [T, N, H], zero beyond the lengths, and each final state [N, H]."""
    ys, finals = [], []
    for n, length in enumerate(lengths):
        s = {name: t[n : n + 1] for name, t in initial.items()}
        own = [torch.zeros_like(s["h"])] * len(x)
        for t in reversed(range(length)) if reverse else range(length):
            s = step(p, x[t, n : n + 1], s)
            own[t] = s["h"]
        ys.append(torch.stack(own))
        finals.append(s)
    return torch.cat(ys, 1), {name: torch.cat([s[name] for s in finals]) for name in initial}


def run(case, p, x, initial):
    step = CELLS[case["cell"]]["step"]
    S, lengths = case["directions"], case["lengths"] or [case["steps"]] * case["batch"]
    finals = []
    for l in range(case["layers"]):
        ys = []
        for d in range(S):
            own = {s: t[l * S + d] for s, t in initial.items()}
            y, final = run_layer(step, p[f"{l}{'.reverse' if d else ''}"], x, own, lengths, d == 1)
            ys.append(y)
            finals.append(final)
        x = torch.cat(ys, 2)
    return x, {s: torch.stack([f[s] for f in finals]) for s in initial}


def shapes(case):
    c, H = CELLS[case["cell"]], case["hidden"]

    def of(size):
        found = {}
        for name, names in c["weights"].items():
            heads = case["heads"] if c["step"] is slstm and name == "weight_h" else 1
            found[name] = (size if name == "weight_x" else H, dict.fromkeys(names.split(), H // heads))
        if case["bias"] and c["bias"]:
            found["bias"] = (1, dict.fromkeys(c["bias"], H))
        return {**found, **dict.fromkeys(c["vectors"], H)}

    return of


def cases():
    for size in (1, 3, 33, 65, 128):
        for layers in (1, 2, 3):
            for state in ("zero", "given") if size <= 3 else (("zero", "given")[(size + layers) % 2],):
                yield {"cell": "GRU-reset-before", "layers": layers, "input": size, "hidden": size, "state": state}
    ragged = {"steps": 6, "batch": 5, "lengths": [3, 6, 1, 3, 6]}
    empty = {"steps": 6, "batch": 6, "lengths": [0, 4, 5, 1, 0, 4]}
    for name, heads in [*((name, 1) for name in CELLS), ("sLSTM", 2)]:
        # Of one number a norm leaves nothing, of two only which is larger. Of four, PyTorch's own float32 is off by 1e-5.
        sizes = [2, 4, 34, 66] if heads == 2 else [7, 3, 33, 66] if "norm" in name else [1, 3, 33, 66]
        for i, more in enumerate(
            [
                {},
                {"layers": 2, "state": "none"},
                {"layers": 2, "directions": 2, **ragged},
                {"input": 4, "state": "zero", **empty},
                {"layers": 2, "input": 7, "state": "zero"},
                {"directions": 2, "bias": False, **empty},
                {"input": 5, "state": "none"},
                {"layers": 2, "directions": 2, **ragged},
            ]
        ):
            hidden = sizes[i // 2]
            yield {"cell": name, "heads": heads, "input": hidden, "hidden": hidden, **more}


def main():
    rows = []
    for c in cases():
        case = {**PLAIN, **c}
        widths = dict.fromkeys(CELLS[case["cell"]]["states"], case["hidden"])
        rows.append(results(case, run, widths, shapes(case), CELLS[case["cell"]]["constants"]))
    write("equations.jsonl", rows)


if __name__ == "__main__":
    main()
