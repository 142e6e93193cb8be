"""PyTorch and JAX on a graphics processor, for `unrolled bench --only gpu`: a whole training step of a character model in a CUDA graph
with float32 products, the cell of docs/cells.md (one product after the other, a norm between), and 64 texts drawn side by side.

Usage: gpu_peers.py torch | jax. SMALL=1 takes small sizes. One JSON object a line: peer, name, mode, tokensPerS. Letters: V vocabulary,
D input, H hidden, N batch, T steps.
"""

import json
import os
import sys
import time

SMALL = bool(os.environ.get("SMALL"))
D, H, N, T = (4, 8, 2, 3) if SMALL else (28, 256, 32, 35)
V, TEXTS, LENGTH = 65, *((3, 4) if SMALL else (64, 200))
MODELS = {
    "train/d2l-lstm-h256": ("LSTM", 28, 256, 1, 32, 35),
    "train/d2l-gru-h256": ("GRU", 28, 256, 1, 32, 35),
    "train/char-rnn-lstm-h512-l2": ("LSTM", 65, 512, 2, 50, 50),
    "train/char-lstm-h1024": ("LSTM", 100, 1024, 1, 64, 100),
}
MIXER, TEXTS_OF_LSTM = "cell/mixer", "generate/lstm-h256-l1-n64"


def report(name, measure, **more):
    """`measure` gives tokens a second; what fails is told, and the next goes on."""
    try:
        print(json.dumps({"name": name, **more, "tokensPerS": float(f"{measure():.4g}")}), flush=True)
    except Exception as error:
        print(json.dumps({"name": name, **more, "error": f"{type(error).__name__}: {str(error)[:200]}"}), flush=True)


def best_seconds(run, wait, seconds=0.4, warm=3):
    """The least time of one run, over rounds of about a tenth of a second that each wait once."""
    for _ in range(warm):
        run()
    wait()
    start = time.perf_counter()
    run()
    wait()
    repeats = max(1, int(0.1 / max(time.perf_counter() - start, 1e-6)))
    best, end = float("inf"), time.perf_counter() + seconds
    while time.perf_counter() < end or best == float("inf"):
        start = time.perf_counter()
        for _ in range(repeats):
            run()
        wait()
        best = min(best, (time.perf_counter() - start) / repeats)
    return best


def with_torch():
    import torch
    from torch import nn
    from torch.nn import functional as F

    has_cuda = torch.cuda.is_available()
    wait = torch.cuda.synchronize if has_cuda else lambda: None
    if has_cuda:
        torch.set_default_device("cuda")

    def precision(tf32):
        torch.backends.cudnn.allow_tf32 = torch.backends.cuda.matmul.allow_tf32 = tf32

    def graphed(step):
        """All of a step as one CUDA graph; the step itself where there is no CUDA."""
        if not has_cuda:
            return step
        side = torch.cuda.Stream()
        side.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(side):
            for _ in range(3):
                step()
        torch.cuda.current_stream().wait_stream(side)
        wait()
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph):
            step()
        return graph.replay

    def adam(parameters):
        return torch.optim.Adam(parameters, 1e-3, fused=has_cuda, capturable=has_cuda)

    def train(kind, vocabulary, hidden, layers, batch, steps):
        rnn, decoder = getattr(nn, kind)(vocabulary, hidden, layers), nn.Linear(hidden, vocabulary)
        parameters = [*rnn.parameters(), *decoder.parameters()]
        optimizer = adam(parameters)
        tokens = torch.randint(vocabulary, (steps + 1, batch))
        inputs = F.one_hot(tokens[:-1], vocabulary).float()

        def step():
            for p in parameters:
                p.grad = None
            F.cross_entropy(decoder(rnn(inputs)[0]).flatten(0, 1), tokens[1:].flatten()).backward()
            optimizer.step()

        return batch * steps / best_seconds(graphed(step), wait)

    class Mixer(nn.Module):
        """One step; the product with the input is made before, for all steps at once."""

        def __init__(self):
            super().__init__()
            self.input = nn.Linear(D, 2 * H)
            self.z, self.n, self.norm = nn.Linear(H, H, bias=False), nn.Linear(H, H, bias=False), nn.LayerNorm(H)

        def forward(self, x, h):
            xz, xn = x.chunk(2, -1)
            z = torch.sigmoid(xz + self.z(h))
            return h + z * (torch.tanh(self.norm(xn + self.n(z * h))) - h)

    def mixer(compiled):
        cell = Mixer()
        step_of = torch.compile(cell) if compiled else cell
        optimizer = adam(cell.parameters())
        x, dy = torch.randn(T, N, D), torch.randn(T, N, H)

        def step():
            for p in cell.parameters():
                p.grad = None
            h, outputs = torch.zeros(N, H), []
            for xt in cell.input(x):
                h = step_of(xt, h)
                outputs.append(h)
            (torch.stack(outputs) * dy).sum().backward()
            optimizer.step()

        return N * T / best_seconds(graphed(step), wait)

    def texts():
        rnn, decoder = nn.LSTM(V, H), nn.Linear(H, V)
        token = torch.zeros(1, TEXTS, dtype=torch.long)
        h, c = torch.zeros(1, TEXTS, H), torch.zeros(1, TEXTS, H)
        with torch.inference_mode():

            def one():
                y, (next_h, next_c) = rnn(F.one_hot(token, V).float(), (h, c))
                h.copy_(next_h)
                c.copy_(next_c)
                token.copy_(torch.multinomial(F.softmax(decoder(y[0]), 1), 1).T)

            return TEXTS / best_seconds(graphed(one), wait)

    for name, sizes in MODELS.items():
        kind, vocabulary, hidden, layers, batch, steps = sizes
        precision(False)
        small = (kind, vocabulary, 8, layers, 2, 3)
        report(name, lambda: train(*(small if SMALL else sizes)), peer="torch", mode="graph f32")
    for compiled in (False, True):
        precision(True)
        mode = "compiled cell graph tf32" if compiled else "graph tf32"
        report(MIXER, lambda: mixer(compiled), peer="torch", mode=mode)
    report(TEXTS_OF_LSTM, texts, peer="torch", mode="graph a token tf32")


def with_jax():
    os.environ.setdefault("XLA_PYTHON_CLIENT_PREALLOCATE", "false")
    import jax
    import jax.numpy as jnp
    from jax import lax

    key = jax.random.PRNGKey(0)

    def normal(*shape):
        return jax.random.normal(key, shape) * 0.06

    def mixer():
        p = {"x": normal(D, 2 * H), "b": jnp.zeros(2 * H), "z": normal(H, H), "n": normal(H, H), "gain": jnp.ones(H), "shift": jnp.zeros(H)}
        x, dy = normal(T, N, D), normal(T, N, H)

        def loss(p):
            def step(h, xt):
                xz, xn = jnp.split(xt, 2, -1)
                z = jax.nn.sigmoid(xz + h @ p["z"])
                n = xn + (z * h) @ p["n"]
                m = n.mean(-1, keepdims=True)
                n = (n - m) * lax.rsqrt(((n - m) ** 2).mean(-1, keepdims=True) + 1e-5) * p["gain"] + p["shift"]
                h = h + z * (jnp.tanh(n) - h)
                return h, h

            return (lax.scan(step, jnp.zeros((N, H)), x @ p["x"] + p["b"])[1] * dy).sum()

        @jax.jit
        def update(p, m, v):
            g = jax.grad(loss)(p)
            m = jax.tree.map(lambda a, b: 0.9 * a + 0.1 * b, m, g)
            v = jax.tree.map(lambda a, b: 0.999 * a + 0.001 * b * b, v, g)
            return jax.tree.map(lambda a, b, c: a - 1e-3 * b / (jnp.sqrt(c) + 1e-8), p, m, v), m, v

        state = [p, jax.tree.map(jnp.zeros_like, p), jax.tree.map(jnp.zeros_like, p)]

        def run():
            state[:] = update(*state)

        return N * T / best_seconds(run, lambda: jax.block_until_ready(state))

    def texts():
        wx, wh, wo = normal(V, 4 * H), normal(H, 4 * H), normal(H, V)

        @jax.jit
        def draw(token, h, c, key):
            def one(carry, key):
                token, h, c = carry
                i, f, g, o = jnp.split(wx[token] + h @ wh, 4, -1)
                c = jax.nn.sigmoid(f) * c + jax.nn.sigmoid(i) * jnp.tanh(g)
                h = jax.nn.sigmoid(o) * jnp.tanh(c)
                token = jax.random.categorical(key, h @ wo)
                return (token, h, c), token

            return lax.scan(one, (token, h, c), jax.random.split(key, LENGTH))

        start = (jnp.zeros((TEXTS,), jnp.int32), jnp.zeros((TEXTS, H)), jnp.zeros((TEXTS, H)))
        last = []

        def run():
            last[:] = [draw(*start, key)]

        return TEXTS * LENGTH / best_seconds(run, lambda: jax.block_until_ready(last))

    report(MIXER, mixer, peer="jax", mode="scan")
    report(TEXTS_OF_LSTM, texts, peer="jax", mode=f"scan of {LENGTH} tokens")


{"torch": with_torch, "jax": with_jax}[sys.argv[1]]()
