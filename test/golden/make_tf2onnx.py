"""ONNX files as tf2onnx writes them, with what Keras computes: test/golden/tf2onnx.jsonl.

    pip install tensorflow tf_keras tf2onnx onnx numpy
    python test/golden/make_tf2onnx.py

Each line: the name of a case, the file in base64, its input, and the output. Batch and steps are dynamic.
"""

import base64, json, os, pathlib

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"

import numpy as np
import tensorflow as tf
import tf2onnx
import tf_keras as keras

layers = keras.layers
D, H, TOKENS, CLASSES = 3, 4, 7, 5
keras.utils.set_random_seed(5)


def values(*parts):
    return keras.Sequential([keras.Input((None, D)), *parts]), np.random.randn(2, 5, D).astype("float32")


def tokens(*parts):
    return keras.Sequential([keras.Input((None,), dtype="int32"), *parts]), np.random.randint(0, TOKENS, (2, 5)).astype("int32")


every = {"return_sequences": True}
CASES = {
    "lstm": lambda: values(layers.LSTM(H, **every)),
    "gru": lambda: values(layers.GRU(H, **every)),
    "gru-before": lambda: values(layers.GRU(H, reset_after=False, **every)),
    "rnn": lambda: values(layers.SimpleRNN(H, **every)),
    "lstm-backwards": lambda: values(layers.LSTM(H, go_backwards=True, **every)),
    "lstm-both": lambda: values(layers.Bidirectional(layers.LSTM(H, **every))),
    "gru-both-sum": lambda: values(layers.Bidirectional(layers.GRU(H, **every), merge_mode="sum")),
    "lstm-stacked-tagger": lambda: tokens(layers.Embedding(TOKENS, D), layers.LSTM(H, **every), layers.LSTM(H, **every), layers.Dense(CLASSES, activation="softmax")),
    "gru-both-tagger": lambda: tokens(layers.Embedding(TOKENS, D), layers.Bidirectional(layers.GRU(H, **every)), layers.Dense(CLASSES)),
    "lstm-classifier": lambda: values(layers.LSTM(H), layers.Dense(CLASSES)),
    "gru-classifier-both": lambda: values(layers.Bidirectional(layers.GRU(H)), layers.Dense(CLASSES)),
}


def numbers(array):
    return {"shape": list(array.shape), "data": [round(float(v), 7) for v in np.asarray(array).flatten()]}


def main():
    lines = []
    for name, make in CASES.items():
        model, x = make()
        model.set_weights([np.random.randn(*w.shape) * 0.5 for w in model.get_weights()])
        signature = [tf.TensorSpec([None] * 2 + list(x.shape[2:]), x.dtype, name="x")]
        file, _ = tf2onnx.convert.from_keras(model, input_signature=signature, opset=17)
        y = model(x).numpy()
        data = base64.b64encode(file.SerializeToString()).decode()
        lines.append(json.dumps({"name": name, "model": data, "x": numbers(x), "tokens": x.dtype.kind == "i", "y": numbers(y)}))
    path = pathlib.Path(__file__).with_name("tf2onnx.jsonl")
    path.write_text("\n".join(lines) + "\n")
    print(f"tf2onnx {tf2onnx.__version__}, TensorFlow {tf.__version__}: {len(lines)} cases, {path.stat().st_size} bytes")


main()
