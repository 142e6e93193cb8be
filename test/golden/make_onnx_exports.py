"""ONNX files as torch.onnx writes them, by both of its exporters, with what PyTorch computes: test/golden/onnxExports.jsonl.

    pip install torch onnx onnxscript numpy
    python test/golden/make_onnx_exports.py

Each line: the name of a case, the file in base64, its input, and the output. Batch and steps are dynamic; the input of the run is not of
the sizes that the file was traced with. Stacks of Python in the files are left out.
"""

import base64, io, json, logging, pathlib, warnings

import onnx
import torch
from torch import nn

warnings.filterwarnings("ignore")
logging.disable(logging.WARNING)
torch.manual_seed(5)
D, H, TOKENS, CLASSES = 3, 4, 7, 5


class Plain(nn.Module):
    """A recurrent layer alone: its output at every step."""

    def __init__(self, kind, **options):
        super().__init__()
        self.rnn = getattr(nn, kind)(D, H, **options)

    def forward(self, x):
        return self.rnn(x)[0]


class Tagger(nn.Module):
    """Tokens in, logits of each step out, the batch first."""

    def __init__(self, kind, **options):
        super().__init__()
        self.embedding = nn.Embedding(TOKENS, D)
        self.rnn = getattr(nn, kind)(D, H, batch_first=True, **options)
        self.out = nn.Linear(H * (2 if self.rnn.bidirectional else 1), CLASSES)

    def forward(self, tokens):
        return self.out(self.rnn(self.embedding(tokens))[0])


class Classifier(nn.Module):
    """Logits of a whole sequence: by the last step, or by the last states of both directions."""

    def __init__(self, kind, **options):
        super().__init__()
        self.rnn = getattr(nn, kind)(D, H, batch_first=True, **options)
        self.out = nn.Linear(H * (2 if self.rnn.bidirectional else 1), CLASSES)

    def forward(self, x):
        steps, states = self.rnn(x)
        if not self.rnn.bidirectional:
            return self.out(steps[:, -1])
        last = states[0] if isinstance(states, tuple) else states
        return self.out(torch.cat([last[-2], last[-1]], 1))


CASES = {
    "lstm": lambda: Plain("LSTM"),
    "gru": lambda: Plain("GRU", num_layers=2),
    "rnn-relu": lambda: Plain("RNN", nonlinearity="relu", bias=False),
    "lstm-both": lambda: Plain("LSTM", bidirectional=True),
    "gru-both-batch-first": lambda: Plain("GRU", bidirectional=True, batch_first=True),
    "lstm-tagger": lambda: Tagger("LSTM"),
    "lstm-tagger-both": lambda: Tagger("LSTM", bidirectional=True, num_layers=2),
    "gru-tagger-both": lambda: Tagger("GRU", bidirectional=True),
    "lstm-classifier": lambda: Classifier("LSTM"),
    "gru-classifier-both": lambda: Classifier("GRU", bidirectional=True),
}


def sample(module, first, second):
    if isinstance(module, Tagger):
        return torch.randint(0, TOKENS, (first, second))
    return torch.randn(first, second, D)


def exported(module, dynamo):
    x, file = sample(module, 3, 6), io.BytesIO()
    if dynamo:
        sizes = {0: torch.export.Dim("first"), 1: torch.export.Dim("second")}
        torch.onnx.export(module, (x,), dynamo=True, dynamic_shapes=(sizes,), verbose=False, input_names=["x"], output_names=["y"]).save(file)
    else:
        axes = {"x": {0: "first", 1: "second"}}
        torch.onnx.export(module, (x,), file, dynamo=False, input_names=["x"], output_names=["y"], dynamic_axes=axes)
    return without_traces(file.getvalue())


def without_traces(data):
    """The file without the stack of Python that each node came from."""
    model = onnx.load_from_string(data)
    graph = model.graph
    for one in [model, graph, *graph.node, *graph.input, *graph.output, *graph.value_info, *graph.initializer]:
        one.ClearField("metadata_props")
        one.ClearField("doc_string")
    return model.SerializeToString()


def numbers(tensor):
    return {"shape": list(tensor.shape), "data": [round(float(v), 7) for v in tensor.flatten()]}


def main():
    lines = []
    for name, make in CASES.items():
        module = make().eval()
        x = sample(module, 2, 5)
        with torch.no_grad():
            y = module(x)
        for dynamo in (False, True):
            model = exported(module, dynamo)
            case = {"name": f"{name}, {'dynamo' if dynamo else 'TorchScript'}", "model": base64.b64encode(model).decode()}
            lines.append(json.dumps({**case, "x": numbers(x), "tokens": isinstance(module, Tagger), "y": numbers(y)}))
    path = pathlib.Path(__file__).with_name("onnxExports.jsonl")
    path.write_text("\n".join(lines) + "\n")
    print(f"torch {torch.__version__}: {len(lines)} cases, {path.stat().st_size} bytes")


main()
