"""ONNX files with Loop and Scan as others write them, with what ONNX Runtime computes: test/golden/onnxLoops.jsonl.

    pip install torch onnx onnxruntime numpy
    python test/golden/make_onnx_loops.py

Each line: the name of a case, the file in base64, its inputs, and the outputs. PyTorch exports scripted loops; what tf2onnx writes for a
recurrent layer of Keras (a counter and a condition, gates of [x, h] in one product, a sigmoid before the split) is built by hand.
"""
import base64, io, json, pathlib, warnings
from typing import List, Tuple

import numpy as np
import onnx
import onnxruntime
import torch
from onnx import TensorProto as T, helper as h, numpy_helper as nh
from torch import Tensor, nn

warnings.filterwarnings("ignore")
torch.manual_seed(3)
random = np.random.default_rng(7)
lines = []
STEPS, BATCH, D, H = 5, 2, 3, 4


class Minimal(nn.Module):
    """A unit with one gate: chunk cuts both products."""

    def __init__(self):
        super().__init__()
        self.wx, self.wh = nn.Linear(D, 2 * H), nn.Linear(H, 2 * H)

    def forward(self, x: Tensor, h: Tensor) -> Tensor:
        f, n = (self.wx(x) + self.wh(h)).chunk(2, 1)
        f = torch.sigmoid(f)
        return f * h + (1 - f) * torch.tanh(n)


class Normed(nn.Module):
    """A layer normalization in the step, and a parameter of its own."""

    def __init__(self):
        super().__init__()
        self.wx, self.wh, self.norm = nn.Linear(D, H), nn.Linear(H, H, bias=False), nn.LayerNorm(H)
        self.decay = nn.Parameter(torch.rand(H))

    def forward(self, x: Tensor, h: Tensor) -> Tensor:
        return torch.tanh(self.norm(self.wx(x) + self.wh(h))) + self.decay * h


class Outputs(nn.Module):
    """All steps in a list."""

    def __init__(self, cell):
        super().__init__()
        self.cell = cell

    def forward(self, x: Tensor, h: Tensor) -> Tuple[Tensor, Tensor]:
        steps: List[Tensor] = []
        for t in range(x.size(0)):
            h = self.cell(x[t], h)
            steps.append(h)
        return torch.stack(steps), h


class Outside(nn.Module):
    """An LSTM whose products of x stand before the loop."""

    def __init__(self):
        super().__init__()
        self.wx, self.wh = nn.Linear(D, 4 * H), nn.Linear(H, 4 * H, bias=False)

    def forward(self, x: Tensor, h: Tensor, c: Tensor) -> Tuple[Tensor, Tensor, Tensor]:
        products = self.wx(x)
        steps: List[Tensor] = []
        for t in range(x.size(0)):
            i, f, g, o = (products[t] + self.wh(h)).chunk(4, 1)
            c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
            h = torch.sigmoid(o) * torch.tanh(c)
            steps.append(h)
        return torch.stack(steps), h, c


def plain(arrays):
    return {k: {"shape": v.shape, "dtype": str(v.dtype), "data": v.ravel().tolist()} for k, v in arrays.items()}


def write(name, model, inputs):
    onnx.checker.check_model(onnx.load_from_string(model), full_check=True)
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    names = [o.name for o in session.get_outputs()]
    outputs = dict(zip(names, session.run(names, inputs)))
    text = base64.b64encode(model).decode()
    lines.append(json.dumps({"name": name, "model": text, "inputs": plain(inputs), "outputs": plain(outputs)}))


def scripted(name, module, states):
    inputs = {"X": torch.randn(STEPS, BATCH, D), **{s: torch.randn(BATCH, H) for s in states}}
    file = io.BytesIO()
    axes = {"X": {0: "T", 1: "N"}, **{s: {0: "N"} for s in states}}
    torch.onnx.export(torch.jit.script(module.eval()), tuple(inputs.values()), file, dynamo=False, input_names=list(inputs),
                      output_names=["Y", *(f"last_{s}" for s in states)], dynamic_axes=axes, opset_version=17)
    write(name, file.getvalue(), {k: v.numpy() for k, v in inputs.items()})


scripted("torch-minimal", Outputs(Minimal()), ["h"])
scripted("torch-normed", Outputs(Normed()), ["h"])
scripted("torch-lstm-outside", Outside(), ["h", "c"])


def draw(*shape):
    return (random.standard_normal(shape) * 0.6).astype("float32")


def value(name, shape, kind=T.FLOAT):
    return h.make_tensor_value_info(name, kind, shape)


def save(nodes, inputs, outputs, weights):
    graph = h.make_graph(nodes, "g", inputs, outputs, [nh.from_array(v, k) for k, v in weights.items()])
    return h.make_model(graph, opset_imports=[h.make_opsetid("", 17)], ir_version=8).SerializeToString()


# Keras' GRU (reset_after=False): gates of [x, h] in one product, a sigmoid before they are split.
gru = {"W": draw(D + H, 2 * H), "b": draw(2 * H), "Wn": draw(D + H, H), "bn": draw(H), "one": np.float32(1)}
STEP = [
    h.make_node("Concat", ["x", "h"], ["xh"], axis=1),
    h.make_node("MatMul", ["xh", "W"], ["p"]),
    h.make_node("Add", ["p", "b"], ["pb"]),
    h.make_node("Sigmoid", ["pb"], ["gates"]),
    h.make_node("Split", ["gates"], ["r", "z"], axis=1),
    h.make_node("Mul", ["r", "h"], ["rh"]),
    h.make_node("Concat", ["x", "rh"], ["xrh"], axis=1),
    h.make_node("MatMul", ["xrh", "Wn"], ["q"]),
    h.make_node("Add", ["q", "bn"], ["qb"]),
    h.make_node("Tanh", ["qb"], ["n"]),
    h.make_node("Mul", ["z", "h"], ["zh"]),
    h.make_node("Sub", ["one", "z"], ["z1"]),
    h.make_node("Mul", ["z1", "n"], ["z1n"]),
    h.make_node("Add", ["zh", "z1n"], ["next"]),
]
x, start = draw(BATCH, STEPS, D), draw(BATCH, H)
body = h.make_graph(
    [
        h.make_node("Gather", ["sequence", "time"], ["x"], axis=0),
        *STEP,
        h.make_node("Add", ["time", "plus"], ["later"]),
        h.make_node("Less", ["later", "count"], ["go"]),
        h.make_node("Identity", ["next"], ["kept"]),
    ],
    "while body",
    [value("i", [], T.INT64), value("cond", [], T.BOOL), value("time", [], T.INT64), value("h", [None, H])],
    [value("go", [], T.BOOL), value("later", [], T.INT64), value("next", [None, H]), value("kept", [None, H])],
)
loop = [
    h.make_node("Transpose", ["X"], ["sequence"], perm=[1, 0, 2]),
    h.make_node("Shape", ["sequence"], ["sizes"]),
    h.make_node("Gather", ["sizes", "first"], ["count"], axis=0),
    h.make_node("Loop", ["", "true", "first", "h0"], ["times", "last", "steps"], body=body),
    h.make_node("Transpose", ["steps"], ["Y"], perm=[1, 0, 2]),
    h.make_node("Identity", ["last"], ["last_h"]),
]
io_of = [value("X", ["N", "T", D]), value("h0", ["N", H])], [value("Y", ["N", "T", H]), value("last_h", ["N", H])]
numbers = {**gru, "first": np.int64(0), "plus": np.int64(1), "true": np.bool_(True)}
write("keras-gru-loop", save(loop, *io_of, numbers), {"X": x, "h0": start})

# The same as a Scan over the second axis, from the end, with its output on the second axis.
body = h.make_graph([*STEP, h.make_node("Identity", ["next"], ["kept"])], "step", [value("h", [None, H]), value("x", [None, D])],
                    [value("next", [None, H]), value("kept", [None, H])])
scan = h.make_node("Scan", ["h0", "X"], ["last_h", "Y"], body=body, num_scan_inputs=1, scan_input_axes=[1], scan_output_axes=[1],
                   scan_input_directions=[1], scan_output_directions=[1])
write("gru-scan-axis-1-reverse", save([scan], *io_of, gru), {"X": x, "h0": start})

# Steps of comparisons and clipped values, from a constant row, with an output that is no state.
own = {"A": draw(D, H), "B": draw(H, H), "row": draw(1, H), "low": np.float32(-0.4), "high": np.float32(0.5), "C": draw(H, 2)}
body = h.make_graph(
    [
        h.make_node("MatMul", ["x", "A"], ["a"]),
        h.make_node("Gemm", ["h", "B"], ["b"], transB=1),
        h.make_node("Sub", ["a", "b"], ["d"]),
        h.make_node("Clip", ["d", "low", "high"], ["e"]),
        h.make_node("GreaterOrEqual", ["a", "b"], ["is"]),
        h.make_node("Where", ["is", "e", "h"], ["next"]),
        h.make_node("MatMul", ["next", "C"], ["y"]),
    ],
    "own",
    [value("h", [None, H]), value("x", [None, D])],
    [value("next", [None, H]), value("y", [None, 2])],
)
nodes = [
    h.make_node("Shape", ["X"], ["sizes"]),
    h.make_node("Slice", ["sizes", "one", "two"], ["batch"]),
    h.make_node("Concat", ["batch", "width"], ["shape"], axis=0),
    h.make_node("Expand", ["row", "shape"], ["h0"]),
    h.make_node("Scan", ["h0", "X"], ["last", "Y"], body=body, num_scan_inputs=1),
]
own |= {"one": np.array([1]), "two": np.array([2]), "width": np.array([H])}
write("own-scan", save(nodes, [value("X", ["T", "N", D])], [value("Y", ["T", "N", 2])], own), {"X": draw(STEPS, BATCH, D)})

path = pathlib.Path(__file__).with_name("onnxLoops.jsonl")
path.write_text("\n".join(lines) + "\n")
print(f"{len(lines)} cases, {path.stat().st_size} bytes, onnx {onnx.__version__}, onnxruntime {onnxruntime.__version__}, torch {torch.__version__}")
