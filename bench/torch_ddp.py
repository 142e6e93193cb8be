"""Two processes of one thread by PyTorch's DistributedDataParallel over Gloo, each with half of the rows: what `unrolled bench --only ranks` is put beside.

Usage: torch_ddp.py TASK --seconds 2. One JSON line, seconds of a step: the mean over the time, as ours."""

import argparse
import json
import os
import socket
import time

import torch
from torch import distributed, multiprocessing, nn
from torch.nn import functional as F
from torch.nn.parallel import DistributedDataParallel
from torch.nn.utils.rnn import pack_padded_sequence

# name: kind, V, embedding, H, L, N, T, optimizer, dropout
LANGUAGE_MODELS = {
    "d2l-lstm-h256": ("LSTM", 28, 0, 256, 1, 32, 35, "sgd", 0.0),
    "char-rnn-lstm-h512-l2": ("LSTM", 65, 0, 512, 2, 50, 50, "rmsprop", 0.5),
    "small-gru-h32": ("GRU", 28, 0, 32, 1, 16, 20, "adam", 0.0),
}
OPTIMIZERS = {"sgd": torch.optim.SGD, "adam": torch.optim.Adam, "rmsprop": torch.optim.RMSprop}
WARM_UP = 3


class CharModel(nn.Module):
    def __init__(self, kind, vocabulary, embedding, hidden, layers, dropout):
        super().__init__()
        self.vocabulary = vocabulary
        self.embed = nn.Embedding(vocabulary, embedding) if embedding else None
        self.rnn = getattr(nn, kind)(embedding or vocabulary, hidden, layers, dropout=dropout)
        self.drop = nn.Dropout(dropout)
        self.out = nn.Linear(hidden, vocabulary)

    def forward(self, tokens, state):
        x = self.embed(tokens) if self.embed else F.one_hot(tokens, self.vocabulary).float()
        y, state = self.rnn(x, state)
        return self.out(self.drop(y)), state


class Classifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed, self.rnn, self.out = nn.Embedding(20000, 100, padding_idx=1), nn.LSTM(100, 100), nn.Linear(100, 1)

    def forward(self, tokens, lengths):
        packed = pack_padded_sequence(self.embed(tokens), lengths, enforce_sorted=False)
        return self.out(self.rnn(packed)[1][0][-1])[:, 0]


def detached(state):
    return None if state is None else tuple(s.detach() for s in state) if isinstance(state, tuple) else state.detach()


def steps_of(name, rank, size):
    """A function that makes a step on this rank's rows."""
    if name == "classify-lstm-h100":
        rows, length = 64 // size, 230
        net = DistributedDataParallel(Classifier())
        optimizer = torch.optim.Adam(net.parameters())
        tokens = torch.randint(2, 20000, (length, rows))
        lengths = (length * (0.9 + 0.1 * torch.rand(rows))).long()
        labels = torch.randint(2, (rows,)).float()

        def step():
            optimizer.zero_grad(set_to_none=True)
            F.binary_cross_entropy_with_logits(net(tokens, lengths), labels).backward()
            optimizer.step()

        return step
    kind, vocabulary, embedding, hidden, layers, batch, length, update, dropout = LANGUAGE_MODELS[name]
    net = DistributedDataParallel(CharModel(kind, vocabulary, embedding, hidden, layers, dropout))
    optimizer = OPTIMIZERS[update](net.parameters(), lr=1e-3)
    tokens = torch.randint(vocabulary, (length + 1, batch // size))
    carried = [None]

    def step():
        optimizer.zero_grad(set_to_none=True)
        logits, state = net(tokens[:-1], detached(carried[0]))
        carried[0] = state
        F.cross_entropy(logits.flatten(0, 1), tokens[1:].flatten()).backward()
        nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimizer.step()

    return step


def work(rank, size, port, name, seconds):
    os.environ.update(MASTER_ADDR="127.0.0.1", MASTER_PORT=str(port))
    torch.set_num_threads(1)
    torch.manual_seed(0)
    distributed.init_process_group("gloo", rank=rank, world_size=size)
    step = steps_of(name, rank, size)
    for _ in range(WARM_UP):
        step()
    # As many steps on each rank: how many fit is known after one.
    begin = time.perf_counter()
    step()
    count = torch.tensor([max(1, int(seconds / (time.perf_counter() - begin)))])
    distributed.broadcast(count, 0)
    begin = time.perf_counter()
    for _ in range(int(count)):
        step()
    spent = (time.perf_counter() - begin) / int(count)
    if rank == 0:
        print(json.dumps({"peer": f"torch {torch.__version__} DDP", "name": name, "value": spent}), flush=True)
    distributed.destroy_process_group()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("name")
    parser.add_argument("--seconds", type=float, default=2)
    parser.add_argument("--ranks", type=int, default=2)
    o = parser.parse_args()
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    multiprocessing.spawn(work, (o.ranks, port, o.name, o.seconds), nprocs=o.ranks)
