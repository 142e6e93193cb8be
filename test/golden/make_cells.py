"""Makes cells.jsonl: outputs, states and all gradients of nn.RNN, nn.LSTM and nn.GRU, which golden.ts compares with.

    pip install torch numpy && python test/golden/make_cells.py

Inputs and parameters are hashed numbers that both sides compute (golden.py), so only results are stored: of each tensor its
norm and 16 of its elements, evenly spaced. make_equations.py makes those of the cells that PyTorch lacks.
"""

import itertools

import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from golden import PLAIN, hashed, places, results, summary, write  # noqa: F401 (make_nn.py takes hashed and summary from here)

MODULES = {
    "RNN": (nn.RNN, {"nonlinearity": "tanh"}),
    "RNN-ReLU": (nn.RNN, {"nonlinearity": "relu"}),
    "GRU": (nn.GRU, {}),
    "LSTM": (nn.LSTM, {}),
    "LSTM-projection": (nn.LSTM, {}),
}
# PyTorch's order of gates. The candidate of the GRU has two biases: ours are the linears nx and nh.
GATES = {"RNN": "h", "RNN-ReLU": "h", "GRU": "r z n", "LSTM": "i f g o", "LSTM-projection": "i f g o"}
# T = 6. Unsorted, with 1 and equal ones: some full, none full, some of length 0 (which PyTorch cannot: its rows are left out).
LENGTHS = {"none": None, "ragged": [3, 6, 1, 3, 6], "short": [2, 4, 1, 4, 5], "empty": [0, 4, 6, 1, 0, 4]}


def linears(cell, operand):
    return [f"n{operand}" if (cell == "GRU" and n == "n") else n for n in GATES[cell].split()]


def shapes(case):
    cell, H = case["cell"], case["hidden"]
    P = case["projection"] or H

    def of(size):
        columns = lambda names: dict.fromkeys(names, H)
        found = {"weight_x": (size, columns(linears(cell, "x"))), "weight_h": (P, columns(linears(cell, "h")))}
        if case["bias"]:
            found["bias"] = (1, columns(sorted({*linears(cell, "x"), *linears(cell, "h")})))
        if case["projection"]:
            found["weight_r"] = (H, {"r": P})
        return found

    return of


def torch_weights(case, p):
    """Our parameters under the names of PyTorch's."""
    cell, weights = case["cell"], {}
    for i, place in enumerate(places(case)):
        suffix = f"l{i // case['directions']}{'_reverse' if place.endswith('reverse') else ''}"
        own = p[place]
        for operand, name in (("x", "ih"), ("h", "hh")):
            names = linears(cell, operand)
            weights[f"weight_{name}_{suffix}"] = torch.cat([own[f"weight_{operand}"][n].T for n in names])
            if case["bias"]:
                # One bias a linear is ours; PyTorch adds two.
                zero = torch.zeros(1, case["hidden"])
                mine = lambda n: operand == "x" or n == "nh"
                weights[f"bias_{name}_{suffix}"] = torch.cat([own["bias"][n] if mine(n) else zero for n in names], 1)[0]
        if case["projection"]:
            weights[f"weight_hr_{suffix}"] = own["weight_r"]["r"].T
    return weights


def run(case, p, x, initial):
    kind, extra = MODULES[case["cell"]]
    if case["projection"]:
        extra = {"proj_size": case["projection"]}
    module = kind(case["input"], case["hidden"], case["layers"], bias=case["bias"], bidirectional=case["directions"] == 2, **extra)
    weights = torch_weights(case, p)
    assert {k: v.shape for k, v in weights.items()} == {k: v.shape for k, v in module.named_parameters()}
    T, lengths = case["steps"], case["lengths"]
    rows = [n for n in range(case["batch"]) if lengths is None or lengths[n] > 0]
    given = [s[:, rows].contiguous() for s in initial.values()]
    state = None if case["state"] == "none" else tuple(given) if len(given) == 2 else given[0]
    kept = x[:, rows]
    if lengths is not None:
        kept = pack_padded_sequence(kept, [lengths[n] for n in rows], enforce_sorted=False)
    y, final = torch.func.functional_call(module, weights, (kept,) if state is None else (kept, state))
    final = dict(zip(initial, final if isinstance(final, tuple) else (final,)))
    if lengths is not None:
        y, _ = pad_packed_sequence(y, total_length=T)
        at = torch.tensor(rows)
        y = torch.zeros(T, case["batch"], y.shape[2]).index_copy(1, at, y)
        # The state of a row of length 0 stays.
        final = {s: initial[s].index_copy(1, at, f) for s, f in final.items()}
    return y, final


def plain_cases():
    for cell in ("RNN", "RNN-ReLU", "GRU", "LSTM"):
        for size in (1, 3, 33, 65, 128):
            for layers in (1, 2, 3):
                # All combinations at the small sizes; at the large ones the two kinds of state take turns.
                for state in ("zero", "given") if size <= 3 else (("zero", "given")[(size + layers) % 2],):
                    yield {"cell": cell, "layers": layers, "input": size, "hidden": size, "state": state}


def covering_cases():
    """Every pair of values of all factors, and every three of those that are not sizes, in few cases, chosen greedily."""
    factors = {
        "cell": list(MODULES),
        "layers": [1, 2, 3],
        "directions": [1, 2],
        "bias": [True, False],
        "lengths": list(LENGTHS),
        "state": ["none", "zero", "given"],
        "hidden": [1, 3, 33, 65, 130],
        "same": [True, False],
    }
    names = list(factors)
    groups = list(itertools.combinations(names, 2)) + list(itertools.combinations([n for n in names if n not in ("hidden", "same")], 3))
    # A fixed shuffle, so that ties do not always fall on the first values.
    all_cases = [dict(zip(names, values)) for values in itertools.product(*factors.values())]
    order = hashed("order", (len(all_cases),)).argsort().tolist()
    open_cases = [(c, {(g, tuple(c[n] for n in g)) for g in groups}) for c in (all_cases[i] for i in order)]
    missing = set().union(*(covers for _, covers in open_cases))
    while missing:
        chosen, covers = max(open_cases, key=lambda one: len(one[1] & missing))
        missing -= covers
        yield chosen


def complete(c):
    hidden, lengths = c["hidden"], LENGTHS[c["lengths"]]
    # A projection of one number, of an odd size, or of about half.
    projection = {1: 0, 3: 2, 33: 1, 65: 33, 130: 65}[hidden] if c["cell"] == "LSTM-projection" else 0
    steps = 5 if lengths is None else 6
    size = hidden if c["same"] else {1: 3, 3: 1, 33: 5, 65: 34, 130: 7}[hidden]
    own = {k: c[k] for k in ("cell", "layers", "directions", "bias", "state", "hidden")}
    return {**own, "input": size, "projection": projection, "steps": steps, "batch": 3 if lengths is None else len(lengths), "lengths": lengths}


def main():
    rows = []
    for c in [*plain_cases(), *(complete(c) for c in covering_cases())]:
        # A projection is smaller than the hidden size, so that 2 is the smallest of those.
        if c["cell"] == "LSTM-projection" and c["projection"] == 0:
            c = {**c, "hidden": 2, "projection": 1}
        case = {**PLAIN, **c}
        widths = {"h": case["projection"] or case["hidden"]}
        if case["cell"].startswith("LSTM"):
            widths["c"] = case["hidden"]
        rows.append(results(case, run, widths, shapes(case)))
    write("cells.jsonl", rows)


if __name__ == "__main__":
    main()
