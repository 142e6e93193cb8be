"""Makes formats/mlx-*: small files of weights that MLX wrote, and mlx.json with what its networks give.

    pip install "mlx[cpu]" numpy && python test/golden/make_mlx.py
"""

import json
from pathlib import Path

import mlx.core as mx
import mlx.nn as nn
from mlx.utils import tree_map
import numpy as np

FOLDER = Path(__file__).parent / "formats"
N, T = 3, 5


class Tagger(nn.Module):
    """Tokens to scores of classes at every step."""

    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(9, 4)
        self.rnn = nn.GRU(4, 3)
        self.out = nn.Linear(3, 5)

    def __call__(self, x):
        return self.out(self.rnn(self.embed(x)))


MODULES = {
    "rnn": (nn.RNN, dict(input_size=3, hidden_size=5)),
    "rnn-no-bias": (nn.RNN, dict(input_size=3, hidden_size=5, bias=False)),
    "gru": (nn.GRU, dict(input_size=2, hidden_size=3)),
    "gru-no-bias": (nn.GRU, dict(input_size=2, hidden_size=3, bias=False)),
    "lstm": (nn.LSTM, dict(input_size=7, hidden_size=3)),
    "lstm-no-bias": (nn.LSTM, dict(input_size=2, hidden_size=1, bias=False)),
}


def numbers(array):
    return {"shape": list(array.shape), "data": [round(v, 7) for v in np.array(array).astype(float).ravel().tolist()]}


def drawn(module):
    """Biases begin at zero there."""
    module.update(tree_map(lambda p: mx.random.normal(p.shape) * 0.5, module.parameters()))
    return module


cases = []
mx.random.seed(11)
for name, (kind, options) in MODULES.items():
    module = drawn(kind(**options))
    x = mx.random.normal((N, T, options["input_size"]))
    given = [mx.random.normal((N, options["hidden_size"])) for _ in range(2 if kind is nn.LSTM else 1)]
    runs = {}
    for key, state in (("zero", []), ("given", given)):
        found = module(x, *state)
        outputs = found if isinstance(found, tuple) else (found,)
        runs[key] = {"output": numbers(outputs[0]), "last": [numbers(o[:, -1]) for o in outputs]}
    for ending in ("safetensors", "npz"):
        module.save_weights(str(FOLDER / f"mlx-{name}.{ending}"))
    cases.append({"name": name, "x": numbers(x), "given": [numbers(s) for s in given], "runs": runs})
tagger = drawn(Tagger())
tokens = mx.arange(N * T).reshape(N, T) % 9
output = numbers(tagger(tokens))
tagger.save_weights(str(FOLDER / "mlx-tagger.safetensors"))
tagger.set_dtype(mx.bfloat16)
tagger.save_weights(str(FOLDER / "mlx-tagger-bfloat16.safetensors"))
(FOLDER / "mlx.json").write_text(json.dumps({"cases": cases, "tagger": {"tokens": numbers(tokens), "output": output}}))
