"""ONNX files as others write them, with what ONNX Runtime computes of them: test/golden/onnx.jsonl.

    pip install onnx onnxruntime numpy
    python test/golden/make_onnx.py

Each line: the name of a case, the file in base64, its inputs, and the outputs. Runtime knows no layout 1: of these cases the numbers are those of
layout 0, turned around.
"""
import base64, json, pathlib

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto as T, helper as h, numpy_helper as nh

RANKS = {"Y": 4, "Y_h": 3, "Y_c": 3}
GATES = {"RNN": 1, "GRU": 3, "LSTM": 4}
STEPS, BATCH, SIZE, HIDDEN = 5, 3, 2, 3
random = np.random.default_rng(5)
lines = []


def draw(*shape):
    return (random.standard_normal(shape) * 0.6).astype("float32")


def save(model):
    onnx.checker.check_model(model, full_check=True)
    return model.SerializeToString()


def value(name, array):
    kind = {"float32": T.FLOAT, "int64": T.INT64, "int32": T.INT32}[str(array.dtype)]
    return h.make_tensor_value_info(name, kind, [None] * array.ndim)


def build(nodes, inputs, outputs, weights, rank=3):
    graph = h.make_graph(
        nodes,
        "g",
        [value(k, v) for k, v in inputs.items()],
        [h.make_tensor_value_info(name, T.FLOAT, [None] * RANKS.get(name, rank)) for name in outputs],
        [nh.from_array(v, k) for k, v in weights.items()],
    )
    return h.make_model(graph, opset_imports=[h.make_opsetid("", 17)], ir_version=8)


def run(model, inputs, outputs):
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    return dict(zip(outputs, session.run(outputs, inputs)))


def plain(arrays):
    return {k: {"shape": v.shape, "dtype": str(v.dtype), "data": v.ravel().tolist()} for k, v in arrays.items()}


def write(name, model, inputs, outputs):
    text = base64.b64encode(model).decode()
    lines.append(json.dumps({"name": name, "model": text, "inputs": plain(inputs), "outputs": plain(outputs)}))


def recurrent(name, op, *, layout=0, lengths=False, states=False, peepholes=False, bias=True, constant=False, **attributes):
    """One node; `states`: initial states as inputs, `constant`: the same row for all sequences."""
    K = 2 if attributes.get("direction") == "bidirectional" else 1
    G = GATES[op]
    weights = {"W": draw(K, G * HIDDEN, SIZE), "R": draw(K, G * HIDDEN, HIDDEN)}
    if bias:
        weights["B"] = draw(K, 2 * G * HIDDEN)
    if peepholes:
        weights["P"] = draw(K, 3 * HIDDEN)
    inputs = {"X": draw(STEPS, BATCH, SIZE)}
    if lengths:
        inputs["sequence_lens"] = np.array([5, 2, 4], "int32")
    names = ["initial_h"] + (["initial_c"] if op == "LSTM" else [])
    if states:
        inputs.update({k: draw(K, BATCH, HIDDEN) for k in names})
    if constant:
        weights.update({k: np.repeat(draw(K, 1, HIDDEN), BATCH, 1) for k in names})
    given = ["X", "W", "R", "B" if bias else "", "sequence_lens" if lengths else ""]
    given += [k if states or constant else "" for k in names]
    given += ["P"] if peepholes else []
    while given[-1] == "":
        given.pop()
    ends = ["Y", "Y_h"] + (["Y_c"] if op == "LSTM" else [])

    def made(layout):
        own = {**attributes, **({"layout": 1} if layout else {})}
        return save(build([h.make_node(op, given, ends, hidden_size=HIDDEN, **own)], inputs, ends, weights))

    outputs = run(made(0), inputs, ends)
    if layout:
        turn = lambda k, v: v.transpose(2, 0, 1, 3) if k == "Y" else v.transpose(1, 0, 2) if v.ndim == 3 and k != "W" else v
        file = made(1)
        outputs = {k: turn(k, v) for k, v in outputs.items()}
        inputs = {k: v if v.ndim == 1 else v.transpose(1, 0, 2) for k, v in inputs.items()}
        return write(name, file, inputs, outputs)
    write(name, made(0), inputs, outputs)


for op in GATES:
    for direction in ["forward", "reverse", "bidirectional"]:
        recurrent(f"{op}-{direction}", op, direction=direction, lengths=True, states=True)
    recurrent(f"{op}-plain", op)
    recurrent(f"{op}-no-bias", op, bias=False)
    recurrent(f"{op}-layout", op, layout=1, states=True, direction="bidirectional")
    recurrent(f"{op}-constant-state", op, constant=True, direction="bidirectional")
recurrent("GRU-linear-before-reset", "GRU", linear_before_reset=1, direction="bidirectional", lengths=True, states=True)
recurrent("LSTM-peepholes", "LSTM", peepholes=True, direction="bidirectional", states=True)
recurrent("LSTM-input-forget", "LSTM", input_forget=1)
recurrent("RNN-relu", "RNN", activations=["Relu"])
recurrent("RNN-two-activations", "RNN", direction="bidirectional", activations=["Tanh", "Relu"])
recurrent("RNN-leaky", "RNN", activations=["LeakyRelu"], activation_alpha=[0.3])
recurrent("RNN-scaled", "RNN", activations=["ScaledTanh"], activation_alpha=[1.5], activation_beta=[0.7])
recurrent("RNN-affine", "RNN", activations=["Affine"], activation_alpha=[0.5], activation_beta=[0.1])
recurrent("RNN-softsign", "RNN", activations=["Softsign"])
recurrent("RNN-softplus", "RNN", activations=["Softplus"])
recurrent("RNN-elu", "RNN", activations=["Elu"], activation_alpha=[0.8])
recurrent("GRU-hard", "GRU", activations=["HardSigmoid", "Relu"], activation_alpha=[0.2], activation_beta=[0.5])
recurrent("GRU-hard-after", "GRU", activations=["HardSigmoid", "Softsign"], activation_alpha=[0.3], activation_beta=[0.4], linear_before_reset=1)
recurrent("LSTM-activations", "LSTM", activations=["Sigmoid", "Relu", "Tanh"])


def tagger(name, batch_first, gemm):
    """What an exporter makes of embedding, bidirectional LSTM of two layers, and a linear layer with softmax."""
    weights, nodes = {"table": draw(7, SIZE), "out": draw(2 * HIDDEN, 4), "bias": draw(4)}, []
    tokens = random.integers(0, 7, (BATCH, STEPS) if batch_first else (STEPS, BATCH))
    nodes.append(h.make_node("Gather", ["table", "tokens"], ["x"], name="embedding"))
    x = "x"
    if batch_first:
        nodes.append(h.make_node("Transpose", ["x"], ["xt"], perm=[1, 0, 2]))
        x = "xt"
    weights["shape"] = np.array([0, 0, -1], "int64")
    for l, size in enumerate([SIZE, 2 * HIDDEN]):
        own = {f"W{l}": draw(2, 4 * HIDDEN, size), f"R{l}": draw(2, 4 * HIDDEN, HIDDEN), f"B{l}": draw(2, 8 * HIDDEN)}
        weights.update(own)
        nodes.append(h.make_node("LSTM", [x, *own], [f"y{l}", f"h{l}", f"c{l}"], hidden_size=HIDDEN, direction="bidirectional", name=f"lstm{l}"))
        nodes.append(h.make_node("Transpose", [f"y{l}"], [f"t{l}"], perm=[0, 2, 1, 3]))
        nodes.append(h.make_node("Reshape", [f"t{l}", "shape"], [f"f{l}"]))
        x = f"f{l}"
    if batch_first:
        nodes.append(h.make_node("Transpose", [x], ["back"], perm=[1, 0, 2]))
        x = "back"
    if gemm:
        weights["first"], weights["second"] = np.array(0, "int64"), np.array(1, "int64")
        nodes.append(h.make_node("Gather", ["h1", "first"], ["a"], axis=0))
        nodes.append(h.make_node("Gather", ["h1", "second"], ["b"], axis=0))
        nodes.append(h.make_node("Concat", ["a", "b"], ["ends"], axis=-1))
        weights["out"] = np.ascontiguousarray(weights["out"].T)
        nodes.append(h.make_node("Gemm", ["ends", "out", "bias"], ["logits"], transB=1))
    else:
        nodes.append(h.make_node("MatMul", [x, "out"], ["product"]))
        nodes.append(h.make_node("Add", ["bias", "product"], ["logits"]))
    nodes.append(h.make_node("Softmax", ["logits"], ["output"], axis=-1))
    used = {k: v for k, v in weights.items() if any(k in n.input for n in nodes)}
    inputs = {"tokens": tokens}
    model = save(build(nodes, inputs, ["output"], used, 2 if gemm else 3))
    write(name, model, inputs, run(model, inputs, ["output"]))


tagger("tagger", False, False)
tagger("tagger-batch-first", True, False)
tagger("classifier", True, True)

for op in GATES:
    recurrent(f"{op}-clip", op, clip=0.4, states=True, direction="bidirectional")
recurrent("GRU-clip-linear-before-reset", "GRU", clip=0.3, linear_before_reset=1)
recurrent("LSTM-clip-peepholes", "LSTM", clip=0.5, peepholes=True)
recurrent("LSTM-clip-input-forget", "LSTM", clip=0.5, input_forget=1)

pathlib.Path(__file__).with_name("onnx.jsonl").write_text("\n".join(lines) + "\n")
print(f"onnx {onnx.__version__}, onnxruntime {onnxruntime.__version__}: {len(lines)} cases")
