"""PyTorch's side of train.mjs: one JSON line with the best rate of several rounds."""

import json
import sys
import time

import torch
from torch import nn
from torch.nn import functional as F

torch.set_num_threads(int(sys.argv[sys.argv.index("--threads") + 1]))
torch.manual_seed(0)
V, H, N, T = 28, 256, 32, 35
rnn, out = nn.LSTM(V, H), nn.Linear(H, V)
parameters = [*rnn.parameters(), *out.parameters()]
optimizer = torch.optim.SGD(parameters, 1.0)
tokens = torch.randint(V, (T + 1, N))
state = None


def step():
    global state
    optimizer.zero_grad(set_to_none=True)
    y, state = rnn(F.one_hot(tokens[:-1], V).float(), None if state is None else tuple(s.detach() for s in state))
    F.cross_entropy(out(y).flatten(0, 1), tokens[1:].flatten()).backward()
    nn.utils.clip_grad_norm_(parameters, 1.0)
    optimizer.step()


for _ in range(5):
    step()
best, end = 0.0, time.perf_counter() + 3
while time.perf_counter() < end:
    start = time.perf_counter()
    for _ in range(20):
        step()
    best = max(best, 20 * N * T / (time.perf_counter() - start))
print(json.dumps({"value": best}))
