"""Makes experiments/recurrent-networks/golden/min-char-rnn.ts: the losses of the 110-line program of Karpathy (2015) in NumPy, which
test/minCharRnn.test.ts and the experiment min-char-rnn compare with.

    pip install numpy && python test/golden/make_min_char_rnn.py PATH/TO/tinyshakespeare/input.txt && npm run format

The program is as it was published, but for its initial weights, which both sides compute (an LCG), and the order of its
characters, which are sorted. Computed in float64.
"""

import json
import pathlib
import sys

import numpy as np

ITERATIONS = 200
hidden_size, seq_length, learning_rate = 100, 25, 1e-1
text = pathlib.Path(sys.argv[1]).read_text()
chars = sorted(set(text))
vocab_size = len(chars)
data = [chars.index(ch) for ch in text[: ITERATIONS * seq_length + 2]]

seed = 1


def uniform():
    """Numerical Recipes' generator of 32 bits, in −0.5 … 0.5."""
    global seed
    seed = (1664525 * seed + 1013904223) % 2**32
    return seed / 2**32 - 0.5


def weights(rows, columns):
    return np.array([[0.04 * uniform() for _ in range(columns)] for _ in range(rows)])


Wxh, Whh, Why = weights(hidden_size, vocab_size), weights(hidden_size, hidden_size), weights(vocab_size, hidden_size)
bh, by = np.zeros((hidden_size, 1)), np.zeros((vocab_size, 1))


def loss_fun(inputs, targets, hprev):
    xs, hs, ps = {}, {-1: hprev}, {}
    loss = 0
    for t in range(len(inputs)):
        xs[t] = np.zeros((vocab_size, 1))
        xs[t][inputs[t]] = 1
        hs[t] = np.tanh(Wxh @ xs[t] + Whh @ hs[t - 1] + bh)
        y = Why @ hs[t] + by
        ps[t] = np.exp(y) / np.sum(np.exp(y))
        loss += -np.log(ps[t][targets[t], 0])
    dWxh, dWhh, dWhy, dbh, dby = (np.zeros_like(p) for p in (Wxh, Whh, Why, bh, by))
    dhnext = np.zeros_like(hprev)
    for t in reversed(range(len(inputs))):
        dy = np.copy(ps[t])
        dy[targets[t]] -= 1
        dWhy += dy @ hs[t].T
        dby += dy
        dh = Why.T @ dy + dhnext
        dhraw = (1 - hs[t] * hs[t]) * dh
        dbh += dhraw
        dWxh += dhraw @ xs[t].T
        dWhh += dhraw @ hs[t - 1].T
        dhnext = Whh.T @ dhraw
    for dparam in (dWxh, dWhh, dWhy, dbh, dby):
        np.clip(dparam, -5, 5, out=dparam)
    return loss, (dWxh, dWhh, dWhy, dbh, dby), hs[len(inputs) - 1]


losses = []
memory = [np.zeros_like(p) for p in (Wxh, Whh, Why, bh, by)]
hprev = np.zeros((hidden_size, 1))
for n in range(ITERATIONS):
    p = n * seq_length
    loss, gradients, hprev = loss_fun(data[p : p + seq_length], data[p + 1 : p + seq_length + 1], hprev)
    losses.append(float(f"{loss:.9g}"))
    for param, dparam, mem in zip((Wxh, Whh, Why, bh, by), gradients, memory):
        mem += dparam * dparam
        param += -learning_rate * dparam / np.sqrt(mem + 1e-8)

here = pathlib.Path(__file__).parent
with open(here / "../../experiments/recurrent-networks/golden/min-char-rnn.ts", "w") as file:
    file.write("// Made by test/golden/make_min_char_rnn.py: what the NumPy program reads and loses, from weights of an LCG.\n\n")
    file.write("/** All characters of Tiny Shakespeare. */\n")
    file.write(f"export const CHARACTERS = {json.dumps(''.join(chars))};\n\n")
    file.write("/** Its first 5,002: 200 chunks of 25, and as many more as the program looks for before it reads a chunk. */\n")
    file.write(f"export const EXCERPT = {json.dumps(text[: len(data)])};\n\n")
    file.write("/** The loss of each chunk, before it is learned: the sum over its characters, in nats. */\n")
    file.write(f"export const LOSSES = {json.dumps(losses)};\n")
