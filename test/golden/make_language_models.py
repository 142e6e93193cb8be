"""Language models over characters as one finds them, files in languageModels/ with what they predict in <kind>.json: a PyTorch state
dict, the same module as ONNX, a Keras model with softmax as .keras and .h5. No file says what its tokens are.

    pip install torch onnx numpy
    python test/golden/make_language_models.py torch
    pip install keras jax h5py
    KERAS_BACKEND=jax python test/golden/make_language_models.py keras
"""

import json
import sys
from pathlib import Path

import numpy as np

FOLDER = Path(__file__).parent / "languageModels"
FOLDER.mkdir(exist_ok=True)
CHARACTERS = " aehlorsty."
V = len(CHARACTERS)
TOKENS = [CHARACTERS.index(c) for c in "she sells the sea."]


def write(kind, probabilities):
    """P of the character after each, [T][V]."""
    rows = [[round(float(p), 7) for p in row] for row in probabilities]
    (FOLDER / f"{kind}.json").write_text(json.dumps({"characters": CHARACTERS, "tokens": TOKENS, "probabilities": rows}) + "\n")


def make_torch():
    import torch
    from torch import nn

    torch.manual_seed(3)

    class CharRNN(nn.Module):
        def __init__(self):
            super().__init__()
            self.embedding = nn.Embedding(V, 6)
            self.rnn = nn.LSTM(6, 8, num_layers=2, batch_first=True)
            self.fc = nn.Linear(8, V)

        def forward(self, tokens):
            return self.fc(self.rnn(self.embedding(tokens))[0])

    model = CharRNN().eval()
    with torch.no_grad():
        for p in model.parameters():
            p.mul_(3)
        x = torch.tensor([TOKENS])
        write("torch", torch.softmax(model(x), -1)[0])
    torch.save(model.state_dict(), FOLDER / "char-lstm.pt")
    axes = {"x": {0: "first", 1: "second"}}
    torch.onnx.export(model, (x,), FOLDER / "char-lstm.onnx", dynamo=False, input_names=["x"], output_names=["y"], dynamic_axes=axes)


def make_keras():
    import keras

    layers = keras.layers
    keras.utils.set_random_seed(3)
    parts = [layers.Embedding(V, 6), layers.GRU(8, return_sequences=True), layers.Dense(V, activation="softmax")]
    model = keras.Sequential([keras.Input((None,), dtype="int32"), *parts])
    model.set_weights([3 * w for w in model.get_weights()])
    write("keras", model.predict(np.array([TOKENS]), verbose=0)[0])
    model.save(FOLDER / "char-gru.keras")
    model.save(FOLDER / "char-gru.h5")


{"torch": make_torch, "keras": make_keras}[sys.argv[1]]()
