"""Makes keras/: small models that Keras 3 (on JAX, TensorFlow and PyTorch) and Keras 2 (tf_keras) saved, and what they predict.

    pip install keras jax tf_keras h5py numpy
    KERAS_BACKEND=jax python test/golden/make_keras.py
    KERAS_BACKEND=tensorflow python test/golden/make_keras.py
    KERAS_BACKEND=torch python test/golden/make_keras.py
    python test/golden/make_keras.py --keras2

Each run writes its files and <backend>.json: the input [N, T, ...] and the output of each model. Models that are refused stand in it without.
"""

import json
import os
import sys
from pathlib import Path

import numpy as np

FOLDER = Path(__file__).parent / "keras"
T, N = 5, 3
TOKENS = 7

if "--keras2" in sys.argv:
    import tf_keras as keras
else:
    import keras
layers = keras.layers


def flat(values):
    return [round(float(v), 7) for v in np.asarray(values, dtype="float64").flatten()]


def dense_input(features, missing=None):
    x = np.random.randn(N, T, features).astype("float32")
    if missing is not None:
        x[0, 2:] = missing
        x[2, 4:] = missing
        x[1, 2] = missing
    return x


def token_input(padded=False):
    x = np.random.randint(1, TOKENS, (N, T))
    if padded:
        x[0, 2:] = 0
        x[2, 1:] = 0
    return x


def stack(features, *parts):
    return keras.Sequential([keras.Input((None, features)), *parts]), dense_input(features)


def tokens(*parts, padded=False):
    return keras.Sequential([keras.Input((None,), dtype="int32"), *parts]), token_input(padded)


def simple():
    """Those that every version makes."""
    both = layers.Bidirectional
    return {
        "lstm-dense": lambda: stack(3, layers.LSTM(4), layers.Dense(2)),
        "gru-after": lambda: tokens(layers.Embedding(TOKENS, 3), layers.GRU(5, return_sequences=True), layers.Dense(4, activation="softmax")),
        "gru-before": lambda: stack(3, layers.GRU(2, reset_after=False, return_sequences=True), layers.TimeDistributed(layers.Dense(3, activation="relu"))),
        "merges": lambda: stack(
            1, both(layers.LSTM(3, return_sequences=True), merge_mode="sum"), both(layers.GRU(2, return_sequences=True), merge_mode="mul"),
            both(layers.SimpleRNN(2, return_sequences=True), merge_mode="concat"), both(layers.LSTM(3), merge_mode="ave")),
        "masked": lambda: tokens(
            layers.Embedding(TOKENS, 3, mask_zero=True), both(layers.LSTM(3, return_sequences=True)), layers.GRU(4), layers.Dense(2, activation="sigmoid"),
            padded=True),
    }


def others():
    """Of Keras 3."""
    both = layers.Bidirectional

    def masking():
        model, _ = stack(2, layers.Masking(0.5), layers.LSTM(4, return_sequences=True), layers.Dropout(0.5), layers.LayerNormalization(),
                         both(layers.GRU(3)), layers.Dense(5, activation="tanh"), layers.Dense(1))
        return model, dense_input(2, 0.5)

    def functional():
        x = keras.Input((None, 3), name="sensors")
        inner = keras.Sequential([keras.Input((None, 4)), layers.GRU(3, return_sequences=True), layers.GRU(3, return_sequences=True)], name="inner")
        y = layers.LSTM(4, return_sequences=True, name="first")(x)
        y = inner(y)
        y = layers.LSTM(2, name="last")(y)
        return keras.Model(x, layers.Activation("relu")(layers.Dense(3)(y))), dense_input(3)

    return {
        "rnn": lambda: stack(2, layers.SimpleRNN(3, activation="relu", return_sequences=True), layers.SimpleRNN(2, activation="linear")),
        "masking": masking,
        "stacked-cells": lambda: stack(
            2, layers.RNN(layers.StackedRNNCells([layers.LSTMCell(3), layers.GRUCell(2), layers.LSTMCell(1)]), return_sequences=True),
            layers.RNN(layers.LSTMCell(2)), layers.Dense(2)),
        "backwards": lambda: stack(2, layers.LSTM(3, go_backwards=True, return_sequences=True), layers.GRU(2, go_backwards=True)),
        "functional": functional,
        "no-bias": lambda: stack(
            2, layers.GRU(3, use_bias=False, return_sequences=True), layers.LayerNormalization(scale=False, epsilon=0.01),
            layers.LSTM(3, use_bias=False, return_sequences=True), layers.LayerNormalization(center=False),
            layers.GRU(3, use_bias=False, reset_after=False), layers.Dense(2, use_bias=False)),
    }


def refused():
    def branches():
        x = keras.Input((None, 2))
        return keras.Model(x, layers.concatenate([layers.LSTM(2)(x), layers.GRU(2)(x)]))

    return {
        "hard-sigmoid": lambda: stack(2, layers.LSTM(2, recurrent_activation="hard_sigmoid"))[0],
        "lambda": lambda: stack(2, layers.LSTM(2), layers.Lambda(lambda x: x * 2), layers.Dense(1))[0],
        "convolution": lambda: stack(2, layers.Conv1D(3, 2), layers.LSTM(2), layers.Dense(1))[0],
        "branches": branches,
    }


def randomize(model):
    """Biases, gains and shifts are 0 and 1 at first: a wrong order would not show."""
    model.set_weights([w + 0.5 * np.random.randn(*w.shape).astype("float32") if w.dtype == np.float32 else w for w in model.get_weights()])


def case(name, model, x, files):
    randomize(model)
    for file in files:
        if file.endswith(".weights.h5"):
            model.save_weights(FOLDER / file)
        else:
            model.save(FOLDER / file)
    output = model.predict(x, verbose=0)
    return {"name": name, "files": files, "input": list(x.shape), "x": flat(x), "tokens": x.dtype.kind == "i", "shape": list(output.shape), "output": flat(output)}


def hostile():
    """Files that reach for others, or claim more than there is."""
    import h5py

    def write(name, fill):
        with h5py.File(FOLDER / f"{name}.h5", "w") as file:
            fill(file)

    weight = "layers/dense/vars/0"
    virtual = h5py.VirtualLayout((4,), "float32")
    virtual[:] = h5py.VirtualSource("/proc/self/environ", "x", (4,))
    write("external-link", lambda f: f.__setitem__(weight, h5py.ExternalLink("/etc/hostname", "/x")))
    write("external-data", lambda f: f.create_dataset(weight, (2, 3), "float32", external=[("/dev/stdin", 0, 24)]))
    write("virtual", lambda f: f.create_virtual_dataset(weight, virtual))
    write("petabytes", lambda f: f.create_dataset(weight, (2**25, 2**25), "float32", chunks=(64, 64)))
    write("circle", lambda f: f.create_group("layers").__setitem__("again", f["/"]))


def make():
    np.random.seed(7)
    FOLDER.mkdir(exist_ok=True)
    cases = []
    if "--keras2" in sys.argv:
        for name, build in simple().items():
            cases.append(case(name, *build(), [f"keras2-{name}.h5"] + ([f"keras2-{name}.keras"] if name == "masked" else [])))
        set_name = "keras2"
    else:
        set_name = keras.backend.backend()
        for name, build in simple().items():
            own = [f"{name}.keras", f"{name}.h5", f"{name}.weights.h5"] if set_name == "jax" else [f"{set_name}-{name}.keras"]
            cases.append(case(name, *build(), own))
        if set_name == "jax":
            for name, build in others().items():
                cases.append(case(name, *build(), [f"{name}.keras", f"{name}.h5"]))
            for name, build in refused().items():
                build().save(FOLDER / f"{name}.keras")
            hostile()
    (FOLDER / f"{set_name}.json").write_text(json.dumps({"version": keras.__version__, "cases": cases}))
    print(f"Keras {keras.__version__}: {sum(len(c['files']) for c in cases)} files of {len(cases)} models in {FOLDER}")


make()
