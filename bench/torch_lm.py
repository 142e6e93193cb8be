"""PyTorch's side of the book: an LSTM-256 character model for a given time, its loss on the last 5 % of the text.

Usage: torch_lm.py TEXT_FILE --seconds 110 --threads 2. One JSON line."""

import argparse
import json
import math
import time

import torch
from torch import nn
from torch.nn import functional as F

parser = argparse.ArgumentParser()
parser.add_argument("text")
parser.add_argument("--seconds", type=float, default=110)
parser.add_argument("--threads", type=int, default=2)
parser.add_argument("--batch", type=int, default=32)
parser.add_argument("--lr", type=float, default=4e-3)
o = parser.parse_args()
torch.set_num_threads(o.threads)
torch.manual_seed(0)
text = " ".join(open(o.text, encoding="utf-8").read().split())
vocabulary = {c: i for i, c in enumerate(sorted(set(text)))}
data = torch.tensor([vocabulary[c] for c in text])
cut = int(len(data) * 0.95)
train, validation = data[:cut], data[cut:]
V, E, H, N, T = len(vocabulary), 64, 256, o.batch, 64
embedding, rnn, out = nn.Embedding(V, E), nn.LSTM(E, H), nn.Linear(H, V)
with torch.no_grad():
    rnn.bias_ih_l0[H : 2 * H].fill_(1.0)
parameters = [p for m in (embedding, rnn, out) for p in m.parameters()]
optimizer = torch.optim.Adam(parameters, lr=o.lr)
rows = train[: len(train) // N * N].view(N, -1).t().contiguous()
state, at, steps, start = None, 0, 0, time.perf_counter()
while (spent := time.perf_counter() - start) < o.seconds:
    if at + T + 1 > len(rows):
        at, state = 0, None
    for group in optimizer.param_groups:
        group["lr"] = o.lr * 0.5 * (1 + math.cos(math.pi * spent / o.seconds))
    optimizer.zero_grad(set_to_none=True)
    y, state = rnn(embedding(rows[at : at + T]), None if state is None else tuple(s.detach() for s in state))
    F.cross_entropy(out(y).flatten(0, 1), rows[at + 1 : at + T + 1].flatten()).backward()
    nn.utils.clip_grad_norm_(parameters, 1.0)
    optimizer.step()
    at, steps = at + T, steps + 1
with torch.no_grad():
    y, _ = rnn(embedding(validation[:-1, None]))
    loss = F.cross_entropy(out(y).flatten(0, 1), validation[1:]).item()
print(json.dumps({"peer": "PyTorch", "name": "book/lstm-h256", "perplexity": math.exp(loss), "steps": steps,
                  "tokensPerSecond": steps * N * T / o.seconds}))
