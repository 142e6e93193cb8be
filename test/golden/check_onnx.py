"""Judges what this library writes as ONNX: onnx.checker and ONNX Runtime over every case of onnxCases.mjs.

    pip install onnx onnxruntime numpy
    python test/golden/check_onnx.py

Prints the largest difference, and every case that is further than 1e-5 or refused. Needs Node and a build in dist/.
"""
import json, pathlib, subprocess, sys, tempfile

import numpy as np
import onnx
import onnxruntime

HERE = pathlib.Path(__file__).parent
LIMIT = 1e-5


def arrays(values):
    return {k: np.array(v["data"], dtype=v["dtype"]).reshape(v["shape"]) for k, v in values.items()}


def difference(path):
    case = json.loads(path.with_suffix(".json").read_text())
    model = onnx.load(path)
    onnx.checker.check_model(model, full_check=True)
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    expected = arrays(case["outputs"])
    names = [o.name for o in session.get_outputs()]
    assert sorted(names) == sorted(expected), f"outputs {sorted(names)}, expected {sorted(expected)}"
    found = dict(zip(names, session.run(names, arrays(case["inputs"]))))
    worst = 0.0
    for name, value in expected.items():
        assert found[name].shape == value.shape, f"{name} of shape {found[name].shape}, expected {value.shape}"
        worst = max(worst, float(np.abs(found[name] - value).max()))
    return worst


def main():
    with tempfile.TemporaryDirectory() as folder:
        folder = sys.argv[1] if len(sys.argv) > 1 else folder
        subprocess.run(["node", str(HERE / "onnxCases.mjs"), folder], check=True)
        worst, wrong, paths = 0.0, 0, sorted(pathlib.Path(folder).glob("*.onnx"))
        for path in paths:
            try:
                far = difference(path)
                worst = max(worst, far)
                problem = f"{far:.2e}" if not far <= LIMIT else None
            except Exception as error:
                problem = str(error).strip()[:300]
            if problem is not None:
                wrong += 1
                print(f"{path.stem}: {problem}")
        print(f"onnx {onnx.__version__}, onnxruntime {onnxruntime.__version__}: {len(paths)} cases, {wrong} wrong, largest difference {worst:.2e}")
        sys.exit(1 if wrong else 0)


main()
