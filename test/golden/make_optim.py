"""Makes optim.jsonl: parameters after each of five steps of each optimizer from PyTorch, which src/optim/optimizers.test.ts
compares with.

    pip install torch && python test/golden/make_optim.py

The loss is sum(a · p² / 2 + b · p) over two parameters, so that a test needs no network: its gradient is a · p + b.
Computed in float64.
"""

import json
import pathlib

import torch

torch.set_default_dtype(torch.float64)
START = [[0.5, -1.25, 2.0, 0.0, -0.03125], [1.5, -0.75]]
A = [[1.0, 0.5, -0.25, 2.0, 8.0], [0.125, -1.5]]
B = [[0.25, -0.5, 1.0, 0.0, -4.0], [0.0, 3.0]]
CASES = [
    ("sgd", "SGD", {}, {}),
    ("sgd", "SGD", {"momentum": 0.9}, {}),
    ("sgd", "SGD", {"weight_decay": 0.1}, {}),
    ("sgd", "SGD", {"momentum": 0.9, "weight_decay": 0.1}, {}),
    ("adam", "Adam", {}, {}),
    ("adam", "Adam", {"weight_decay": 0.1, "betas": (0.8, 0.95), "eps": 1e-6}, {}),
    ("adamw", "AdamW", {}, {}),
    ("adamw", "AdamW", {"weight_decay": 0.2}, {}),
    ("rmsprop", "RMSprop", {}, {}),
    ("rmsprop", "RMSprop", {"alpha": 0.9, "eps": 1e-6}, {}),
    ("adagrad", "Adagrad", {}, {}),
    ("adagrad", "Adagrad", {"eps": 1e-6}, {}),
    ("adagrad", "Adagrad", {"initial_accumulator_value": 0.25}, {}),
    # Clipping comes between gradient and step.
    ("sgd", "SGD", {}, {"clip_norm": 1.5}),
    ("sgd", "SGD", {}, {"clip_norm": 100.0}),
    ("sgd", "SGD", {}, {"clip_value": 0.5}),
]

with open(pathlib.Path(__file__).parent / "optim.jsonl", "w") as file:
    for name, kind, options, clip in CASES:
        parameters = [torch.tensor(row, requires_grad=True) for row in START]
        optimizer = getattr(torch.optim, kind)(parameters, lr=0.05, **options)
        steps, norms = [], []
        for _ in range(5):
            optimizer.zero_grad()
            loss = sum((torch.tensor(a) * p * p / 2 + torch.tensor(b) * p).sum() for a, b, p in zip(A, B, parameters))
            loss.backward()
            if "clip_norm" in clip:
                norms.append(torch.nn.utils.clip_grad_norm_(parameters, clip["clip_norm"]).item())
            if "clip_value" in clip:
                torch.nn.utils.clip_grad_value_(parameters, clip["clip_value"])
            optimizer.step()
            steps.append([p.detach().tolist() for p in parameters])
        case = {"optimizer": name, "lr": 0.05, "options": options, **clip, "start": START, "a": A, "b": B, "steps": steps, "norms": norms}
        file.write(json.dumps(case) + "\n")
