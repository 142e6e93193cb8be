"""Opens the models that keras.test.ts wrote (UNROLLED_WRITTEN=FOLDER npx vitest run test/golden/keras) with Keras, and compares outputs.

    KERAS_BACKEND=jax python test/golden/check_keras.py FOLDER
"""

import json
import sys
from pathlib import Path

import keras
import numpy as np

worst, files = 0.0, 0
for path in sorted(Path(sys.argv[1]).glob("*.keras")):
    case = json.loads(path.with_suffix(".json").read_text())
    model = keras.models.load_model(path)
    x = np.array(case["x"], dtype="int32" if case["tokens"] else "float32").reshape(case["input"])
    output = model.predict(x, verbose=0)
    assert list(output.shape) == case["shape"], (path, output.shape)
    difference = float(np.abs(output.flatten() - np.array(case["output"])).max())
    if difference > 1e-5:
        print(path.name, difference)
    worst, files = max(worst, difference), files + 1
print(f"Keras {keras.__version__} on {keras.backend.backend()}: {files} models opened, largest difference {worst:.1e}")
sys.exit(0 if files > 0 and worst < 1e-5 else 1)
