"""Writes test/golden/torch7/: small checkpoints of char-rnn and torch-rnn (.t7), and what those networks answer (.json). Needs numpy:

    python test/golden/make_torch7.py

Torch 7 itself does not take part. The files are written by the published serialization (torch7: File.lua, generic/Tensor.c, generic/Storage.c), with
objects numbered and shared as there. The graph of char-rnn is built by the statements of its model/{LSTM,GRU,RNN}.lua and answered node by node, as
nngraph does it; the layers of torch-rnn answer by the loops of its LSTM.lua and VanillaRNN.lua. The package torchfile reads the files back where it is
installed, and its numbers are compared.
"""

import json
import struct
from pathlib import Path

import numpy as np

OUT = Path(__file__).parent / "torch7"
TENSORS = {"float32": "Float", "float64": "Double", "int64": "Long"}


class Table:
    """A table of Lua: pairs, since its keys may be tables; the same table is written once."""

    def __init__(self, pairs=()):
        self.pairs = list(pairs.items() if isinstance(pairs, dict) else pairs)

    def get(self, key):
        return next((v for k, v in self.pairs if k is key or (not isinstance(k, Table) and k == key)), None)

    def set(self, key, value):
        self.pairs = [(k, v) for k, v in self.pairs if k is not key and k != key] + [(key, value)]

    def add(self, value):
        self.set(1 + sum(isinstance(k, int) for k, _ in self.pairs), value)


class Object:
    def __init__(self, name, **fields):
        self.name, self.fields = name, Table(fields)


class Function:
    """Bytes of a compiled function, which nobody runs."""


class Storage:
    def __init__(self, data):
        self.data = data


class Tensor:
    def __init__(self, storage, offset, shape, strides):
        self.storage, self.offset, self.shape, self.strides = storage, offset, shape, strides

    def numbers(self):
        data = self.storage.data
        return np.lib.stride_tricks.as_strided(
            data[self.offset :], self.shape, [s * data.itemsize for s in self.strides]
        )


def tensor(array):
    array = np.ascontiguousarray(array)
    strides = [s // array.itemsize for s in array.strides]
    return Tensor(Storage(array.reshape(-1)), 0, list(array.shape), strides)


def listed(values):
    return Table((i + 1, v) for i, v in enumerate(values))


class Writer:
    def __init__(self):
        self.out, self.numbers, self.kept = bytearray(), {}, []

    def int(self, *values):
        self.out += struct.pack(f"<{len(values)}i", *values)

    def long(self, *values):
        self.out += struct.pack(f"<{len(values)}q", *values)

    def text(self, value):
        raw = value if isinstance(value, bytes) else value.encode()
        self.int(len(raw))
        self.out += raw

    def value(self, value):
        if value is None:
            self.int(0)
        elif isinstance(value, bool):
            self.int(5, value)
        elif isinstance(value, (int, float)):
            self.int(1)
            self.out += struct.pack("<d", value)
        elif isinstance(value, (str, bytes)):
            self.int(2)
            self.text(value)
        else:
            self.object(value)

    def object(self, value):
        self.int(3 if isinstance(value, Table) else 8 if isinstance(value, Function) else 4)
        known = self.numbers.get(id(value))
        if known is not None:
            return self.int(known)
        self.numbers[id(value)] = len(self.numbers) + 1
        self.kept.append(value)
        self.int(len(self.numbers))
        if isinstance(value, Table):
            self.int(len(value.pairs))
            for key, own in value.pairs:
                self.value(key)
                self.value(own)
        elif isinstance(value, Function):
            self.text(b"\x1bLJ\x01\x02")
            self.value(Table())
        elif isinstance(value, Object):
            self.text("V 1")
            self.text(value.name)
            self.value(value.fields)
        elif isinstance(value, Tensor):
            self.text("V 1")
            self.text(f"torch.{TENSORS[value.storage.data.dtype.name]}Tensor")
            self.int(len(value.shape))
            self.long(*value.shape)
            self.long(*value.strides)
            self.long(value.offset + 1)
            self.value(value.storage)
        else:
            self.text("V 1")
            self.text(f"torch.{TENSORS[value.data.dtype.name]}Storage")
            self.long(len(value.data))
            self.out += value.data.tobytes()


def flatten(modules, random, dtype):
    """As getParameters: all weights become views of one storage."""
    names = [(m, n) for m in modules for n in ("weight", "bias") if m.fields.get(n) is not None]
    shapes = [m.fields.get(n) for m, n in names]
    storage = Storage(random.uniform(-0.9, 0.9, sum(int(np.prod(s)) for s in shapes)).astype(dtype))
    at = 0
    for (m, n), shape in zip(names, shapes):
        strides = [int(np.prod(shape[i + 1 :])) for i in range(len(shape))]
        m.fields.set(n, Tensor(storage, at, shape, strides))
        m.fields.set("grad" + n.capitalize(), tensor(np.zeros(shape, dtype)))
        at += int(np.prod(shape))


# char-rnn: nodes of nngraph, made by the statements of its model files


class Graph:
    def __init__(self):
        self.made = []

    def node(self, module, *inputs, name=None, **more):
        data = Table({"annotations": Table({"_debugLabel": "[LSTM.lua]:1"} | ({"name": name} if name else {}))})
        data.set("mapindex", Table())
        if module is not None:
            data.set("module", module)
        for key, value in more.items():
            data.set(key, value)
        for one in inputs:
            data.get("mapindex").add(one)
            data.get("mapindex").set(one, len(data.get("mapindex").pairs) // 2 + 1)
        self.made.append(data)
        return data

    def linear(self, inputs, outputs, x, name=None):
        return self.node(Object("nn.Linear", weight=[outputs, inputs], bias=[outputs]), x, name=name)

    def plain(self, kind, *inputs, **fields):
        return self.node(Object(f"nn.{kind}", **fields), *inputs)

    def split(self, of, count):
        m = self.node(None, of, nSplitOutputs=count)
        return [self.node(None, m, selectindex=i + 1) for i in range(count)]


def step_graph(model, V, H, n, dropout):
    g = Graph()
    states = 2 if model == "lstm" else 1
    inputs = [g.plain("Identity") for _ in range(1 + states * n)]
    outputs = []
    for layer in range(n):
        if layer == 0:
            x, size = g.node(Object("OneHot", depth=V, _eye=tensor(np.eye(V))), inputs[0]), V
        else:
            x, size = outputs[-1], H
            if dropout > 0:
                x = g.plain("Dropout", x, p=dropout)

        def sums(hv):
            return g.plain("CAddTable", g.linear(size, H, x), g.linear(H, H, hv))

        if model == "lstm":
            prev_c, prev_h = inputs[1 + 2 * layer], inputs[2 + 2 * layer]
            i2h = g.linear(size, 4 * H, x, name=f"i2h_{layer + 1}")
            h2h = g.linear(H, 4 * H, prev_h, name=f"h2h_{layer + 1}")
            all_sums = g.plain("CAddTable", i2h, h2h)
            shape = tensor(np.array([4, H]))
            reshaped = g.plain("Reshape", all_sums, size=shape.storage)
            n1, n2, n3, n4 = g.split(g.plain("SplitTable", reshaped, dimension=2), 4)
            i, f, o = g.plain("Sigmoid", n1), g.plain("Sigmoid", n2), g.plain("Sigmoid", n3)
            c = g.plain("CAddTable", g.plain("CMulTable", f, prev_c), g.plain("CMulTable", i, g.plain("Tanh", n4)))
            outputs += [c, g.plain("CMulTable", o, g.plain("Tanh", c))]
        elif model == "gru":
            prev_h = inputs[1 + layer]
            update = g.plain("Sigmoid", sums(prev_h))
            reset = g.plain("Sigmoid", sums(prev_h))
            p2 = g.linear(H, H, g.plain("CMulTable", reset, prev_h))
            p1 = g.linear(size, H, x)
            candidate = g.plain("Tanh", g.plain("CAddTable", p1, p2))
            zh = g.plain("CMulTable", update, candidate)
            minus = g.plain("MulConstant", update, constant_scalar=-1)
            zhm1 = g.plain("CMulTable", g.plain("AddConstant", minus, constant_scalar=1), prev_h)
            outputs.append(g.plain("CAddTable", zh, zhm1))
        else:
            outputs.append(g.plain("Tanh", sums(inputs[1 + layer])))
    top = outputs[-1]
    if dropout > 0:
        top = g.plain("Dropout", top, p=dropout)
    outputs.append(g.plain("LogSoftMax", g.linear(H, V, top, name="decoder")))
    return g, inputs, outputs


def module_value(module, values):
    kind, f = module.name, module.fields
    if kind == "nn.Linear":
        return f.get("weight").numbers() @ values[0] + f.get("bias").numbers()
    if kind == "OneHot":
        return f.get("_eye").numbers()[values[0]]
    return {
        "nn.Identity": lambda: values[0],
        "nn.Dropout": lambda: values[0],
        "nn.CAddTable": lambda: values[0] + values[1],
        "nn.CMulTable": lambda: values[0] * values[1],
        "nn.Sigmoid": lambda: 1 / (1 + np.exp(-values[0])),
        "nn.Tanh": lambda: np.tanh(values[0]),
        "nn.MulConstant": lambda: values[0] * f.get("constant_scalar"),
        "nn.AddConstant": lambda: values[0] + f.get("constant_scalar"),
        "nn.Reshape": lambda: values[0].reshape(4, -1),
        "nn.SplitTable": lambda: list(values[0]),
        "nn.LogSoftMax": lambda: values[0] - np.log(np.sum(np.exp(values[0]))),
    }[kind]()


def answer_graph(graph, inputs, outputs, tokens, H):
    """The log probabilities after each token, node by node."""
    states = [np.zeros(H) for _ in inputs[1:]]
    answers = []
    for token in tokens:
        values = {id(d): v for d, v in zip(inputs, [token, *states])}
        for data in graph.made:
            if id(data) in values and data in inputs:
                continue
            given = [values[id(v)] for k, v in data.get("mapindex").pairs if isinstance(k, int)]
            module = data.get("module")
            if module is not None:
                values[id(data)] = module_value(module, given)
            else:
                index = data.get("selectindex")
                values[id(data)] = given[0] if index is None else given[0][index - 1]
        *states, logs = [values[id(o)] for o in outputs]
        answers.append(logs)
    return answers


def forward_order(graph, outputs):
    """A node behind those it reads, otherwise not as they were made: depth first from the outputs, inputs from the last."""
    seen, order = set(), []

    def visit(data):
        if id(data) in seen:
            return
        seen.add(id(data))
        for own in [v for k, v in data.get("mapindex").pairs if isinstance(k, int)][::-1]:
            visit(own)
        order.append(data)

    for output in outputs:
        visit(output)
    return order


def char_rnn(model, characters, H, n, dropout, tokens, random):
    V = len(characters)
    graph, inputs, outputs = step_graph(model, V, H, n, dropout)
    modules = [d.get("module") for d in graph.made if d.get("module") is not None]
    flatten(modules, random, "float64")
    answers = answer_graph(graph, inputs, outputs, tokens, H)
    order = forward_order(graph, outputs)
    nodes = {id(d): Object("nngraph.Node", data=d, id=i + 1, children=Table()) for i, d in enumerate(order)}
    for d in order:
        for k, own in d.get("mapindex").pairs:
            if isinstance(k, int):
                children = nodes[id(own)].fields.get("children")
                children.add(nodes[id(d)])
                children.set(nodes[id(d)], 1)
    innode = Object("nngraph.Node", data=Table({"data": Table(), "mapindex": listed(inputs)}), id=0)
    innode.fields.set("children", listed([nodes[id(d)] for d in inputs]))
    fg = Object("graph.Graph", nodes=listed([innode, *nodes.values()]), edges=Table())
    rnn = Object(
        "nn.gModule",
        fg=fg,
        innode=innode,
        forwardnodes=listed([innode, *[nodes[id(d)] for d in order]]),
        modules=listed([d.get("module") for d in order if d.get("module") is not None]),
        nInputs=len(inputs),
        train=True,
        verbose=False,
        reset=Function(),
        output=Table(),
        _type="torch.DoubleTensor",
    )
    options = Table({"model": model, "rnn_size": H, "num_layers": n, "dropout": dropout, "savefile": "lstm"})
    # Lua walks through a table in no order.
    vocabulary = Table([(c, i + 1) for i, c in enumerate(characters)][::-1])
    return (
        Table(
            {
                "i": 10,
                "protos": Table({"criterion": Object("nn.ClassNLLCriterion", sizeAverage=True), "rnn": rnn}),
                "vocab": vocabulary,
                "opt": options,
                "train_losses": listed([4.1, 3.9]),
                "val_loss": 3.5,
                "loader": None,
            }
        ),
        answers,
    )


# torch-rnn: a list of modules


def torch_rnn(model, characters, D, H, n, adapter, tokens, random):
    V = len(characters)
    rnns = []
    for layer in range(n):
        d = D if layer == 0 else H
        gates = 4 if model == "lstm" else 1
        kind = "nn.LSTM" if model == "lstm" else "nn.VanillaRNN"
        own = Object(kind, input_dim=d, hidden_dim=H, weight=[d + H, gates * H], bias=[gates * H])
        own.fields.set("h0", Tensor(None, 0, [], []))
        rnns.append(own)
    lookup, linear = Object("nn.LookupTable", weight=[V, D]), Object("nn.Linear", weight=[V, H], bias=[V])
    flatten([lookup, *rnns, linear], random, "float32")
    for own in rnns:
        empty = own.fields.get("h0")
        empty.storage = Storage(np.zeros(0, "float32"))
    view = Object("nn.View", size=Storage(np.array([1, -1])), numElements=-1)
    if adapter:
        inner = Object("nn.Sequential", modules=listed([view, linear, Object("nn.View", numInputDims=2)]))
        last = [Object("nn.TemporalAdapter", net=inner, view_in=view)]
    else:
        last = [view, linear, Object("nn.View", numInputDims=2)]
    middle = [m for own in rnns for m in (own, Object("nn.Dropout", p=0.5))]
    net = Object("nn.Sequential", modules=listed([lookup, *middle, *last]))
    language = Object(
        "nn.LanguageModel",
        idx_to_token=listed(characters),
        token_to_idx=Table((c, i + 1) for i, c in enumerate(characters)),
        vocab_size=V,
        model_type=model,
        wordvec_dim=D,
        rnn_size=H,
        num_layers=n,
        dropout=0.5,
        net=net,
        rnns=listed(rnns),
    )
    numbers = {id(m): m.fields.get("weight").numbers().astype(float) for m in [lookup, *rnns, linear]}
    hs, cs = [np.zeros(H) for _ in rnns], [np.zeros(H) for _ in rnns]
    answers = []
    for token in tokens:
        x = numbers[id(lookup)][token]
        for layer, own in enumerate(rnns):
            w, b = numbers[id(own)], own.fields.get("bias").numbers()
            size = len(x)
            a = b + x @ w[:size] + hs[layer] @ w[size:]
            if model == "lstm":
                i, f, o = [1 / (1 + np.exp(-a[k * H : (k + 1) * H])) for k in range(3)]
                cs[layer] = f * cs[layer] + i * np.tanh(a[3 * H :])
                hs[layer] = o * np.tanh(cs[layer])
            else:
                hs[layer] = np.tanh(a)
            x = hs[layer]
        answers.append(numbers[id(linear)] @ x + linear.fields.get("bias").numbers())
    options = Table({"model_type": model, "rnn_size": H, "num_layers": n})
    return Table({"opt": options, "val_loss_history": listed([2.5]), "model": language}), answers


def write(name, root, tokens, answers, kind, characters):
    writer = Writer()
    writer.value(root)
    (OUT / f"{name}.t7").write_bytes(writer.out)
    shown = [c if isinstance(c, str) else c[0] for c in characters]
    rows = [[float(f"{v:.9g}") for v in row] for row in answers]
    (OUT / f"{name}.json").write_text(json.dumps({"tokens": tokens, "characters": shown, kind: rows}) + "\n")
    check(name, writer)


def check(name, writer):
    """torchfile reads the same numbers: each tensor that was written, by its number in the file."""
    try:
        import torchfile
    except ImportError:
        return
    with open(OUT / f"{name}.t7", "rb") as file:
        reader = torchfile.T7Reader(file)
        reader.read_obj()
    tensors = [(writer.numbers[id(t)], t) for t in writer.kept if isinstance(t, Tensor) and t.storage.data.size]
    for number, own in tensors:
        assert np.array_equal(reader.objects[number], own.numbers()), (name, number)
    print(f"{name}: torchfile reads the same {len(tensors)} tensors")


OUT.mkdir(exist_ok=True)
rng = np.random.default_rng(7)
LETTERS = ["\n", "a", "b", "é".encode()[:1], "é".encode()[1:]]
TOKENS = [1, 4, 0, 2, 2, 3, 1]
# The GRU: two layers of five units over five characters: no size tells the input from the state.
for model, H, n, dropout in [("lstm", 4, 2, 0.25), ("gru", 5, 2, 0), ("rnn", 3, 3, 0)]:
    written = char_rnn(model, LETTERS, H, n, dropout, TOKENS, rng)
    write(f"char-{model}", written[0], TOKENS, written[1], "logProbabilities", LETTERS)
WORDS = ["a", "é", "海", " "]
for model, n, adapter in [("lstm", 2, False), ("rnn", 1, True)]:
    tokens = [3, 1, 0, 2, 2]
    written = torch_rnn(model, WORDS, 3, 4, n, adapter, tokens, rng)
    write(f"torch-{model}", written[0], tokens, written[1], "logits", WORDS)
