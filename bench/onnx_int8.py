"""ONNX Runtime, float32 and dynamic quantization to int8, one token at a time, one thread.

    python bench/onnx_int8.py [H L V [FOLDER]]

Needs: pip install onnx onnxruntime. Writes lstm-H-L-V.onnx and lstm-H-L-V-int8.onnx to FOLDER (or to one that is taken away), which
ONNX Runtime Web reads too, and prints one JSON object a line.
"""

import json
import os
import sys
import tempfile
import time

import numpy as np
import onnx
import onnxruntime as ort
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic

H, L, V = map(int, (sys.argv[1:4] + ["512", "2", "65"][len(sys.argv[1:4]) :]))
rng = np.random.default_rng(0)


def write(path):
    """x [1, 1, V], h and c [L, 1, H] to y [1, 1, V], hn and cn: one LSTM node a layer, then a product."""

    def weights(name, *shape):
        bound = 1 / np.sqrt(H)
        return numpy_helper.from_array(rng.uniform(-bound, bound, shape).astype(np.float32), name)

    info = lambda name, shape: helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
    constants = [numpy_helper.from_array(np.array([1]), "axis")]
    nodes, x = [], "x"
    for name in "hc":
        nodes.append(helper.make_node("Split", [name], [f"{name}{i}" for i in range(L)], axis=0, num_outputs=L))
    for i in range(L):
        constants += [weights(f"W{i}", 1, 4 * H, V if i == 0 else H), weights(f"R{i}", 1, 4 * H, H)]
        constants += [weights(f"B{i}", 1, 8 * H)]
        inputs = [x, f"W{i}", f"R{i}", f"B{i}", "", f"h{i}", f"c{i}"]
        nodes.append(helper.make_node("LSTM", inputs, [f"Y{i}", f"hn{i}", f"cn{i}"], hidden_size=H))
        nodes.append(helper.make_node("Squeeze", [f"Y{i}", "axis"], [f"x{i}"]))
        x = f"x{i}"
    constants += [weights("D", H, V), weights("d", V)]
    nodes += [helper.make_node("MatMul", [x, "D"], ["z"]), helper.make_node("Add", ["z", "d"], ["y"])]
    for name in "hc":
        nodes.append(helper.make_node("Concat", [f"{name}n{i}" for i in range(L)], [f"{name}n"], axis=0))
    state = [L, 1, H]
    graph = helper.make_graph(
        nodes,
        "step",
        [info("x", [1, 1, V]), info("h", state), info("c", state)],
        [info("y", [1, 1, V]), info("hn", state), info("cn", state)],
        constants,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    onnx.checker.check_model(model)
    onnx.save(model, path)


def rate(path):
    options = ort.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = ort.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    best = 0
    for _ in range(8):
        h, c, token = np.zeros((L, 1, H), np.float32), np.zeros((L, 1, H), np.float32), 0
        start = time.perf_counter()
        for _ in range(400):
            x = np.zeros((1, 1, V), np.float32)
            x[0, 0, token] = 1
            y, h, c = session.run(None, {"x": x, "h": h, "c": c})
            token = int(y.argmax())
        best = max(best, 400 / (time.perf_counter() - start))
    return best


def run(folder):
    plain, small = (os.path.join(folder, f"lstm-{H}-{L}-{V}{end}.onnx") for end in ("", "-int8"))
    write(plain)
    quantize_dynamic(plain, small, weight_type=QuantType.QInt8)
    for path, name in ((plain, ""), (small, "/int8")):
        row = {"peer": f"onnxruntime {ort.__version__}", "name": f"generate/lstm-h{H}-l{L}{name}", "unit": "tokens/s"}
        print(json.dumps({**row, "value": float(f"{rate(path):.5g}")}), flush=True)


if len(sys.argv) > 4:
    run(sys.argv[4])
else:
    with tempfile.TemporaryDirectory() as folder:
        run(folder)
