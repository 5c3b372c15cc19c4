"""The colours of a page: each of a figure's becomes one that can be read on light and on dark paper.

    style_sheet(colours)       # custom properties for both themes
    themed(svg)                # the SVG's text with custom properties in place of colours

Contrast is that of WCAG 2; 4.5 : 1 is what level AA asks of text.
"""

import re

from data.contenders import FAMILIES, SPARE
from figures import figure

LIGHT, DARK = "#ffffff", "#14171a"
READABLE = 4.5
BLACK = "#111111"  # of baselines
FIXED = {figure.INK: "ink", figure.PALE: "pale", figure.GRID: "grid", figure.PAPER: "paper"}
USED = sorted({colour.lower() for each in (*FAMILIES.values(), SPARE) for colour in each.colours})


def channels(colour):
    return [int(colour[place:place + 2], 16) for place in (1, 3, 5)]


def luminance(colour):
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
              for value in (channel / 255 for channel in channels(colour))]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    bright, dim = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


def readable(colour, paper):
    """Returns the colour, mixed with ink until it can be read on the paper; black, which is ink itself, turned over on dark paper."""
    if colour.lower() == BLACK and luminance(paper) < 0.5:
        return "#e6e6e6"
    ink = 255 if luminance(paper) < 0.5 else 0
    for share in range(101):
        mixed = "#%02x%02x%02x" % tuple(round(value + (ink - value) * share / 100) for value in channels(colour))
        if contrast(mixed, paper) >= READABLE:
            break
    return mixed


def style_sheet():
    def properties(paper):
        return " ".join("--c%s: %s;" % (colour[1:], readable(colour, paper)) for colour in USED)
    return ":root { %s }\n@media (prefers-color-scheme: dark) { :root { %s } }" % (properties(LIGHT), properties(DARK))


def themed(svg):
    names = {**{colour: "--" + name for colour, name in FIXED.items()},
             **{colour: "--c" + colour[1:] for colour in USED}}
    return re.sub(r"#[0-9a-fA-F]{6}\b", lambda found: "var(%s)" % names[found[0].lower()]
                  if found[0].lower() in names else found[0], svg)
