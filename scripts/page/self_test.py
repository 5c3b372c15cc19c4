"""What `bench-all aa` found, from aa.json beside a run: how often a comparison of a build with itself called it worse.

    sections, damage = section(folder)      # [(id, heading, HTML)], empty without aa.json; damage in words
"""

import json
import math
import os

from data import words
from answers.tables import Cell, Table
from figures import forest
from page import markup

HEADER = ["case", "metric", "trials", "wrong", "and confirmed", "wrong at most", "found from"]  # as aa.md has them
ABOUT = "The same build was compared with itself, round by round as bench-all ab does it. Each verdict other than \"same\" or " \
        "\"undecided\" is wrong; and confirmed: by fresh rounds. Wrong at most: the upper 95 % bound of that rate. Found from: a " \
        "worsening by so much would have been found in nine of ten trials."


def number(value):
    return value if isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value) else 0


def row_of(each):
    upper, effect = number(each.get("rate_upper_95")), number(each.get("smallest_effect_found_90"))
    counts = [number(each.get(name)) for name in ("trials", "wrong", "wrong_confirmed")]
    return [Cell(str(each.get("case", "?"))), Cell(str(each.get("metric", "?"))), *(Cell(words.three(count), count) for count in counts),
            Cell("%.2g %%" % (100 * upper), upper), Cell(forest.percent(effect) if effect > 0 else "not reported", effect)]


def headline(total):
    trials, wrong = number(total.get("trials")), number(total.get("wrong_confirmed"))
    return "A build compared with itself was called worse in %d of %s after the second look; the true rate is at most %.2g %%." % (
        wrong, words.counted(int(trials), "comparison"), 100 * number(total.get("rate_upper_95")))


def section(folder):
    path = os.path.join(folder, "aa.json")
    if not os.path.exists(path):
        return [], []
    try:
        with open(path, encoding="utf-8-sig") as file:
            found = json.load(file)
        total, cases = found["total"], [each for each in found["cases"] if isinstance(each, dict)]
        text = '<p class="answer">%s</p><p class="small">%s</p>' % (markup.escape(headline(total)), ABOUT)
        text += markup.folded_table(Table("", HEADER, [row_of(each) for each in cases], []), "A/A") if cases else ""
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as why:
        return [], ["aa.json: cannot be read (%s) and is ignored" % " ".join(str(why).split())]
    return [("aa", "How often would a comparison of two builds be wrong here?", text)], []
