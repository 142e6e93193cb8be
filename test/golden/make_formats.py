"""Makes formats/: small files of weights that PyTorch, NumPy and safetensors wrote, and cases.json with what the networks give.

    pip install torch numpy safetensors && python test/golden/make_formats.py

With --check FOLDER it opens what the tests wrote there (npx vitest run test/golden/formats, with UNROLLED_WRITTEN=FOLDER), by
torch.load(weights_only=True), safetensors and NumPy, and compares outputs.
"""

import json
import sys
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

FOLDER = Path(__file__).parent / "formats"
T, N = 5, 3
LENGTHS = [2, 5, 1]

RECURRENT = {
    "rnn-tanh": (nn.RNN, dict(input_size=3, hidden_size=5, num_layers=2)),
    "rnn-relu": (nn.RNN, dict(input_size=2, hidden_size=3, nonlinearity="relu", bidirectional=True)),
    "gru": (nn.GRU, dict(input_size=3, hidden_size=5, num_layers=2, bidirectional=True)),
    "gru-no-bias": (nn.GRU, dict(input_size=1, hidden_size=3, bias=False)),
    "lstm": (nn.LSTM, dict(input_size=7, hidden_size=3, num_layers=3)),
    "lstm-both": (nn.LSTM, dict(input_size=3, hidden_size=4, num_layers=2, bidirectional=True)),
    "lstm-projection": (nn.LSTM, dict(input_size=3, hidden_size=7, num_layers=2, bidirectional=True, proj_size=2)),
    "lstm-no-bias": (nn.LSTM, dict(input_size=2, hidden_size=1, bias=False)),
}


class Tagger(nn.Module):
    """Tokens to scores of classes at every step."""

    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(9, 4)
        self.norm = nn.LayerNorm(4)
        self.rnn = nn.GRU(4, 3, bidirectional=True)
        self.out = nn.Linear(6, 5)

    def forward(self, x):
        return self.out(self.rnn(self.norm(self.embed(x)))[0])


class Other(nn.Module):
    """With parts that the library has no layer for."""

    def __init__(self):
        super().__init__()
        self.rnn = nn.LSTM(2, 3)
        self.attention = nn.MultiheadAttention(4, 2)
        self.conv = nn.Conv1d(1, 2, 3)
        self.norm = nn.BatchNorm1d(2)


def numbers(*shape):
    return torch.randn(*shape)


def flat(t):
    return [round(v, 7) for v in t.detach().double().flatten().tolist()]


def run(module, x, lengths=None, state=None):
    """Output [T, N, ...] and the states, those of the LSTM as h and c."""
    if lengths is None:
        output, last = module(x, state)
    else:
        packed, last = module(pack_padded_sequence(x, lengths, enforce_sorted=False), state)
        output, _ = pad_packed_sequence(packed, total_length=T)
    return output, last if isinstance(last, tuple) else (last,)


def make():
    torch.manual_seed(7)
    FOLDER.mkdir(exist_ok=True)
    cases = []
    for name, (kind, options) in RECURRENT.items():
        module = kind(**options)
        x = numbers(T, N, options["input_size"])
        layers = options.get("num_layers", 1) * (2 if options.get("bidirectional") else 1)
        H = options["hidden_size"]
        initial = [numbers(layers, N, options.get("proj_size", 0) or H)]
        if kind is nn.LSTM:
            initial.append(numbers(layers, N, H))
        given = tuple(initial) if len(initial) == 2 else initial[0]
        runs = {}
        for key, lengths, state in (("zero", None, None), ("given", None, given), ("ragged", LENGTHS, given)):
            output, last = run(module, x, lengths, state)
            runs[key] = {"output": flat(output), "state": [flat(s) for s in last]}
        torch.save(module.state_dict(), FOLDER / f"{name}.pt")
        cases.append({"name": name, "input": list(x.shape), "x": flat(x), "initial": [flat(s) for s in initial],
                      "state": [list(s.shape) for s in initial], "runs": runs})
    tagger = Tagger()
    tokens = torch.arange(T * N).reshape(T, N) % 9
    state = tagger.state_dict()
    (FOLDER / "cases.json").write_text(json.dumps(
        {"lengths": LENGTHS, "recurrent": cases, "tagger": {"tokens": flat(tokens), "output": flat(tagger(tokens))}}))
    torch.save({"epoch": 3, "model_state_dict": state, "optimizer": torch.optim.Adam(tagger.parameters()).state_dict()},
               FOLDER / "checkpoint.pt")
    torch.save(nn.DataParallel(tagger).state_dict(), FOLDER / "parallel.pt")
    torch.save({k: v.half() for k, v in state.items()}, FOLDER / "half.pt")
    torch.save({k: v.bfloat16() for k, v in state.items()}, FOLDER / "bfloat16.pt")
    torch.save({k: v.double() for k, v in state.items()}, FOLDER / "double.pt")
    save_file(state, FOLDER / "tagger.safetensors", {"format": "pt"})
    np.savez(FOLDER / "tagger.npz", **{k: v.numpy() for k, v in state.items()})
    np.savez_compressed(FOLDER / "packed.npz", **{k: np.asfortranarray(v.numpy()).astype(">f8") for k, v in state.items()})
    # One storage, other strides.
    both = numbers(4, 6)
    torch.save({"linear.weight": both.T[1:4, :2], "linear.bias": both[0, 1:4], "same.weight": both.T[1:4, :2], "same.bias": both[0, 1:4]},
               FOLDER / "strided.pt")
    (FOLDER / "strided.json").write_text(json.dumps({"weight": both.T[1:4, :2].tolist(), "bias": both[0, 1:4].tolist()}))
    torch.save(Other().state_dict(), FOLDER / "other.pt")
    torch.save(nn.LSTM(2, 3), FOLDER / "whole.pt")
    torch.save(tagger.out.state_dict(), FOLDER / "legacy.pt", _use_new_zipfile_serialization=False)
    # In two parts, with an index.
    names = list(state)
    parts = {"model-00001-of-00002.safetensors": names[:4], "model-00002-of-00002.safetensors": names[4:]}
    for file, own in parts.items():
        save_file({k: state[k] for k in own}, FOLDER / file)
    (FOLDER / "model.safetensors.index.json").write_text(
        json.dumps({"metadata": {"total_size": 1}, "weight_map": {k: file for file, own in parts.items() for k in own}}))
    # Every type of the format, for the round trip of its bytes.
    types = [torch.float32, torch.float64, torch.float16, torch.bfloat16, torch.int64, torch.int32, torch.int16, torch.int8,
             torch.uint8, torch.bool, torch.uint16, torch.uint32, torch.uint64]
    save_file({f"{i}.{t}".replace("torch.", ""): torch.arange(3).to(t) for i, t in enumerate(types)}, FOLDER / "types.safetensors")
    save_file({"w": torch.ones(4).to(torch.float8_e4m3fn)}, FOLDER / "float8.safetensors")
    for code in ("i1", "i2", "<i4", ">i4", "<i8", "u1", "u2", "u4", ">u8", "<f2", ">f2", "<f4", ">f4", "<f8", ">f8", "?"):
        values = (np.arange(6).reshape(2, 3) % 2).astype(code) if code == "?" else np.arange(6).reshape(2, 3).astype(code)
        for order in "CF":
            np.save(FOLDER / f"{code.replace('<', 'l').replace('>', 'b').replace('?', 'bool')}-{order}.npy", np.asarray(values, order=order))
    np.save(FOLDER / "objects.npy", np.array([{}, 1], dtype=object), allow_pickle=True)


def check(folder):
    cases = json.loads((FOLDER / "cases.json").read_text())
    opened = {
        "pt": lambda p: torch.load(p, weights_only=True),
        "safetensors": load_file,
        "npz": lambda p: {k: torch.from_numpy(v) for k, v in np.load(p).items()},
    }
    worst, files = 0.0, 0
    compare = lambda a, b: max((abs(x - y) for x, y in zip(flat(a), b, strict=True)), default=0.0)
    for case in cases["recurrent"]:
        kind, options = RECURRENT[case["name"]]
        x = torch.tensor(case["x"]).reshape(case["input"])
        initial = [torch.tensor(s).reshape(shape) for s, shape in zip(case["initial"], case["state"])]
        given = tuple(initial) if len(initial) == 2 else initial[0]
        for ending, read in opened.items():
            module = kind(**options)
            module.load_state_dict(read(folder / f"{case['name']}.{ending}"))
            for key, lengths, state in (("zero", None, None), ("given", None, given), ("ragged", LENGTHS, given)):
                output, last = run(module, x, lengths, state)
                worst = max(worst, compare(output, case["runs"][key]["output"]),
                            *(compare(a, b) for a, b in zip(last, case["runs"][key]["state"])))
            files += 1
    for ending, read in opened.items():
        tagger = Tagger()
        tagger.load_state_dict(read(folder / f"tagger.{ending}"))
        tokens = torch.tensor(cases["tagger"]["tokens"]).long().reshape(T, N)
        worst = max(worst, compare(tagger(tokens), cases["tagger"]["output"]))
        files += 1
    same = (folder / "types.safetensors").read_bytes() == (FOLDER / "types.safetensors").read_bytes()
    arrays = sorted(FOLDER.glob("*-?.npy"))
    equal = all(np.array_equal(np.load(folder / a.name), np.load(a)) and np.load(folder / a.name).dtype.kind == np.load(a).dtype.kind
                for a in arrays)
    print(f"{files} files of weights opened, largest difference {worst:.1e}; safetensors byte for byte: {same}; {len(arrays)} arrays equal: {equal}")
    return worst < 1e-5 and same and equal


if __name__ == "__main__":
    if "--check" in sys.argv:
        sys.exit(0 if check(Path(sys.argv[sys.argv.index("--check") + 1])) else 1)
    make()
