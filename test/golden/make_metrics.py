"""Makes metrics.jsonl: scores of sacreBLEU, seqeval and conlleval, which src/metrics/golden.test.ts compares with.

    pip install sacrebleu==2.6.0 seqeval==1.2.2 conlleval==0.2 && python test/golden/make_metrics.py
"""

import json
import pathlib
import random

from conlleval import evaluate
from sacrebleu.metrics import BLEU, CHRF
from seqeval.metrics import classification_report

random.seed(7)
TEXTS = {
    "plain": (
        ["The cat sat on the mat .", "there is a dog in the garden", "It is 9 o'clock"],
        [["The cat sat on the mat."], ["There is a dog in the garden."], ["It is nine o'clock."]],
    ),
    "same": (["a b c d e", "f g h i"], [["a b c d e"], ["f g h i"]]),
    "nothing right": (["x y z w v"], [["a b c d e"]]),
    "empty hypothesis": (["", "a b c d e"], [["f g h i j"], ["a b c d e"]]),
    "all empty": (["", ""], [["a b c"], ["d"]]),
    "empty reference": (["a b c d", "e f g h"], [[""], ["e f g h"]]),
    "short": (["Hi !", "Go .", "Yes"], [["Hi !"], ["Go on ."], ["No"]]),
    "one word": (["Run"], [["Run"]]),
    "no 4-gram right": (["a b c x d e f y"], [["a b c d e f g h"]]),
    "numbers": (
        ["It costs 1,000.5 dollars, or 3.14% of 2-3 items.", "In 1990-95, 1.000.000 people; .5 and 5."],
        [["It costs 1,000.50 dollars, or 3.14 % of 2-3 items ."], ["In 1990 - 95 , 1.000.000 people ; .5 and 5 ."]],
    ),
    "entities": (
        ["He said &quot;A &amp; B &lt; C&quot; <skipped>now", "AT&T &amp;quot; x"],
        [['He said "A & B < C" now'], ['AT & T &quot; x']],
    ),
    "Unicode": (
        ["« Où est-il ? » — “Là…”, dit‑elle.", "¿Qué tal, señor?", "我爱你。 你好！", "naïve 😀.😀 co\u0308"],
        [["« Où est-il ? » - \"Là...\", dit-elle."], ["¿ Qué tal , señor ?"], ["我 爱 你。你好 ！"], ["naive 😀 .😀 cö"]],
    ),
    "blanks": (
        ["  a\u00a0b\u3000c  d\te \n", "x\u001cy\u0085z \ufeffw v -\nu"],
        [["a b c d e"], ["x y z w v u"]],
    ),
    "symbols": (
        ["a/b (c) [d] {e} f_g h@i j#k l*m n+o p=q r~s t`u v^w x|y z\\\\", "it's \"so\" 'so'"],
        [["a / b ( c ) [ d ] { e } f _ g h @ i j # k l * m n + o p = q r ~ s t ` u v ^ w x | y z \\\\"], ["it 's \" so \" ' so '"]],
    ),
    "several references": (
        ["the cat is here now", "a b c d e f", "one two three"],
        [["the cat is here", "the cat is here right now"], ["a b c d", "a b c d e f g h"], ["one two", "one two three four", "three"]],
    ),
}
WORDS = ["a", "the", "cat", "1,000", "3.5", "-", "x-y", "it's", "&amp;", "é", "…", ".", ",", "?", "“", "end.", "(b)", "日本", "5-", "%"]


def noisy(words):
    return [random.choice(WORDS) if random.random() < 0.3 else word for word in words if random.random() > 0.1]


for number in range(6):
    references = [[random.choice(WORDS) for _ in range(random.randint(0, 14))] for _ in range(8)]
    TEXTS[f"random {number}"] = ([" ".join(noisy(words)) for words in references], [[" ".join(words)] for words in references])

TAGS = {
    "IOB2": ([["B-NP", "I-NP", "O", "B-VP", "B-NP"]], [["B-NP", "I-NP", "O", "B-VP", "I-NP"]]),
    "IOB1": ([["I-NP", "B-NP", "I-NP", "O", "I-VP"]], [["I-NP", "I-NP", "I-NP", "O", "I-VP"]]),
    "I after O and other types": ([["O", "I-A", "I-B", "B-B", "O"], ["I-A"]], [["O", "B-A", "B-B", "I-B", "I-B"], ["O"]]),
    "ends of sentences": ([["B-A", "I-A"], ["I-A", "O"]], [["B-A", "I-A"], ["B-A", "O"]]),
    "none": ([["O", "O"]], [["O", "O"]]),
    "none found": ([["B-A", "O"]], [["O", "O"]]),
    "none there": ([["O", "O"]], [["B-A", "O"]]),
    "types with hyphens": ([["B-A-B", "I-A-B", "I-A-C"]], [["B-A-B", "I-A-B", "I-A-B"]]),
    "ends and singles": ([["B-A", "I-A", "E-A", "S-A", "E-A", "I-A", "B-B", "E-B"]], [["B-A", "E-A", "E-A", "S-A", "I-A", "I-A", "S-B", "S-B"]]),
}
for number in range(8):
    places = ["O", "B-A", "I-A", "B-B", "I-B"] + (["E-A", "S-A", "E-B", "S-B"] if number >= 5 else [])
    truth = [[random.choice(places) for _ in range(random.randint(1, 12))] for _ in range(10)]
    TAGS[f"random {number}"] = (truth, [[random.choice(places) if random.random() < 0.3 else tag for tag in row] for row in truth])

with open(pathlib.Path(__file__).parent / "metrics.jsonl", "w") as file:
    for name, (hypotheses, several) in TEXTS.items():
        # sacreBLEU wants as many references for each; None stands for one that is not there.
        most = max(map(len, several))
        streams = [[one[k] if k < len(one) else None for one in several] for k in range(most)]
        scores = []
        for tokenize in ["13a", "none", "char"]:
            for smoothing in ["exp", "none"]:
                score = BLEU(tokenize=tokenize, smooth_method=smoothing).corpus_score(hypotheses, streams)
                scores.append({
                    "options": {"tokenize": tokenize, "smoothing": smoothing},
                    "score": score.score, "precisions": score.precisions, "brevityPenalty": score.bp,
                    "hypothesisLength": score.sys_len, "referenceLength": score.ref_len,
                })
        chrf = [
            {"options": {"order": order, "beta": beta}, "score": CHRF(char_order=order, beta=beta).corpus_score(hypotheses, streams).score}
            for order, beta in [(6, 2), (4, 1)]
        ]
        case = {"kind": "text", "name": name, "hypotheses": hypotheses, "references": several, "bleu": scores, "chrf": chrf}
        file.write(json.dumps(case) + "\n")
    for name, (truth, predicted) in TAGS.items():
        report = classification_report(truth, predicted, output_dict=True, zero_division=0)
        pick = lambda row: {"precision": float(row["precision"]), "recall": float(row["recall"]), "f1": float(row["f1-score"]), "there": int(row["support"])}
        types = {key: pick(row) for key, row in report.items() if not key.endswith(" avg")}
        case = {"kind": "tags", "name": name, "truth": truth, "predicted": predicted, "types": types}
        case["all"] = pick(report["micro avg"]) if types else {"precision": 0.0, "recall": 0.0, "f1": 0.0, "there": 0}
        lines = [line for t, p in zip(truth, predicted) for line in [f"w {a} {b}" for a, b in zip(t, p)] + [""]]
        # Counts rather than rates: where nothing was found this port says precision 1, the original 0.
        chunks, tags = (evaluate(lines)["overall"][key]["stats"] for key in ["chunks", "tags"])
        case["conlleval"] = {
            "there": chunks["gold"], "found": chunks["pred"], "right": chunks["correct"], "accuracy": tags["correct"] / tags["gold"]
        }
        file.write(json.dumps(case) + "\n")
