"""PyTorch's matrix product for shapes that the peers' script lacks: one JSON object a line, as torch_bench.py prints them.

Usage: torch_gemm.py --threads 1 --seconds 3 gemm/32x256x1024 …   (m × k times k × n)"""

import argparse
import json
import time

import torch

parser = argparse.ArgumentParser()
parser.add_argument("--threads", type=int, default=2)
parser.add_argument("--seconds", type=float, default=3.0)
parser.add_argument("names", nargs="+")
o = parser.parse_args()
torch.set_num_threads(o.threads)
for name in o.names:
    m, k, n = map(int, name.removeprefix("gemm/").split("x"))
    a, b, out = torch.randn(m, k), torch.randn(k, n), torch.empty(m, n)
    torch.mm(a, b, out=out)
    start = time.perf_counter()
    torch.mm(a, b, out=out)
    repeats = max(1, int(0.3 / max(time.perf_counter() - start, 1e-6)))
    best, end = 0.0, time.perf_counter() + o.seconds
    while time.perf_counter() < end or best == 0.0:
        start = time.perf_counter()
        for _ in range(repeats):
            torch.mm(a, b, out=out)
        best = max(best, repeats * 2e-9 * m * k * n / (time.perf_counter() - start))
    print(json.dumps({"peer": f"torch {torch.__version__}", "threads": o.threads, "name": name, "unit": "GFLOP/s",
                      "value": float(f"{best:.5g}")}), flush=True)
