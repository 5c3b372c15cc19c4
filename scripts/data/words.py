"""Numbers and lists in words: what sentences, tables and axes say of them."""


def number(value, unit=""):
    """Returns 1234567 as '1.23 M', with three significant digits."""
    for limit, prefix in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if abs(value) >= limit * 0.9995:
            return "%s %s%s" % (three(value / limit), prefix, unit)
    return three(value) + (" " + unit if unit else "")


def three(value):
    """Returns 1234 as '1230': three significant digits, never an exponent."""
    if value == 0:
        return "0"
    text = "%.3g" % value
    return text if "e" not in text else "%.0f" % float(text) if abs(value) >= 1 else "%.6f" % value


def two(value):
    """Returns 145.7 as '150': two significant digits, for sentences."""
    return three(float("%.2g" % value))


def duration(ns):
    """Returns 45310 as '45.3 µs'."""
    for limit, unit in ((1e9, "s"), (1e6, "ms"), (1e3, "µs")):
        if ns >= limit * 0.9995:
            return "%s %s" % (three(ns / limit), unit)
    return "%s ns" % three(ns)


def size(count):
    for limit, unit in ((1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")):
        if count >= limit and count % limit == 0:
            return "%d %s" % (count // limit, unit)
    return "%d B" % count


def share(value):
    """Returns 0.001 as '0.1 %'."""
    return "%.6g %%" % (100 * value)


def factor(value):
    """Returns a ratio: two decimals near 1, two digits far from it: 0.953 -> '0.95', 1.02 -> '1.02', 145.7 -> '150'."""
    return "%.2f" % value if 0.095 <= value < 1.995 else "%.1f" % value if 1 < value < 9.95 else two(value)


def around(value, low, high):
    """Returns a ratio and the ends of its interval in words; with a third digit where two would make an end look like the ratio."""
    short, longer = ([text_of(each) for each in (value, low, high)] for text_of in (factor, three))
    return longer if value >= 1.995 and short[0] in short[1:] and len(set(longer)) == 3 else short


def counted(count, noun, plural=None):
    """Returns '1 launch', '6 launches' (plural given), '0 cases'."""
    return "%s %s" % ("{:,}".format(count), noun if count == 1 else plural or noun + "s")


def launches(count):
    return counted(count, "launch", "launches")


def from_to(values):
    """Returns '6', or '1 to 6' of different values."""
    low, high = min(values), max(values)
    return str(low) if low == high else "%s to %s" % (low, high)


def listed(texts):
    """Returns 'a', 'a and b', 'a, b and c'."""
    texts = list(texts)
    return texts[0] if len(texts) == 1 else ", ".join(texts[:-1]) + " and " + texts[-1]


def capital(text):
    return text[:1].upper() + text[1:]
