"""The axes of a case in words: what was the same for all that are compared, and what differed.

    key = setting_of(row)                        # the values of its axes
    words_of(key, varying(rows))                 # 'processes, 64 B, 2 at once'

A case is a contender at one setting. Cases of one setting are compared with each other, others never.
"""

import collections

from data import words

Axis = collections.namedtuple("Axis", "column heading text_of")

SCOPES = {"thread": "threads", "process": "processes"}
PLACES = {"core": "a core each", "same core": "on one core", "in turn": "dealt out to the cores"}
LOADS = {"half": "beside a load half of the time", "full": "beside a full load"}
WAITERS = {"hot": "the waiter runs", "asleep": "the waiter sleeps"}
MODES = {"throughput": "one way", "ping_pong": "round trip", "one_by_one": "tasks one by one",
         "chunks": "tasks in chunks", "round_trip": "one task and its result", "fifty": "50 tasks, start to end",
         "event_set": "Event, set", "condition_notify_one": "Condition, notify one",
         "condition_notify_all": "Condition, notify all", "semaphore_release": "Semaphore, release",
         "barrier_round": "Barrier, one round", "open": "at a fixed rate", "floating_point": "floating point"}
ORDER = [*SCOPES, *PLACES, *WAITERS, *MODES]


def plain(text):
    return text.replace("_", " ")


def count_of(noun, plural=None):
    def text_of(text):
        return "%s %s" % (text, noun if text == "1" else plural or noun + "s")
    return text_of


def bytes_of(text):
    return words.size(int(text))


def work_of(where):
    def text_of(text):
        return "%s %s" % ("no work" if text == "0" else words.duration(int(text)) + " of work", where)
    return text_of


def rate_of(text):
    return "as fast as it can" if text == "0" else "%s/s wanted" % words.number(float(text))


AXES = (
    Axis("mode", "what", lambda text: MODES.get(text, plain(text))),
    Axis("scope", "between", lambda text: SCOPES.get(text, text)),
    Axis("scaling", "scaling", lambda text: text + " scaling"),
    Axis("msg_bytes", "size", bytes_of),
    Axis("producers", "producers", count_of("producer")),
    Axis("consumers", "consumers", count_of("consumer")),
    Axis("parties", "parties", count_of("party", "parties")),
    Axis("permits", "permits", count_of("permit")),
    Axis("batch", "at a time", lambda text: text + " at a time"),
    Axis("parent_bytes", "parent's memory", lambda text: bytes_of(text) + " in the parent"),
    Axis("waiter", "waiter", lambda text: WAITERS.get(text, text)),
    Axis("work_in_ns", "work inside", work_of("inside")),
    Axis("work_out_ns", "work outside", work_of("outside")),
    Axis("load_mode", "load", lambda text: "%s loop" % text),
    Axis("target_rate_per_s", "wanted rate", rate_of),
    Axis("placement", "placement", lambda text: PLACES.get(text, text)),
    Axis("load", "other load", lambda text: LOADS.get(text, text)),
)
BY_COLUMN = {axis.column: axis for axis in AXES}
SIDES = ("scope", "placement", "load")  # figures of settings that differ in these alone are compared by eye


def setting_of(row):
    return tuple(map(row.__getitem__, BY_COLUMN))


def group_of(setting):
    """Returns a setting without SIDES: what the figures of a group, which have the same scale, have in common."""
    return tuple("" if column in SIDES else value for column, value in zip(BY_COLUMN, setting))


def sortable(setting):
    """Returns a setting as a key that sorts numbers by their value, and known words as they are listed here."""
    return tuple((0, float(text), "") if text.replace(".", "", 1).isdigit() else
                 (1, ORDER.index(text) if text in ORDER else len(ORDER), text) for text in setting)


def varying(rows):
    """Returns the axes with more than one value; of two that always go together, the first."""
    found, seen = [], set()
    for axis in AXES:
        values = [row[axis.column] for row in rows]
        ranks = {value: rank for rank, value in enumerate(dict.fromkeys(values))}
        shape = tuple(ranks[value] for value in values)
        if len(ranks) > 1 and shape not in seen:
            seen.add(shape)
            found.append(axis)
    return found


def words_of(setting, axes):
    """Returns a setting in words, of the given axes those that have a value."""
    values = dict(zip(BY_COLUMN, setting))
    return ", ".join(axis.text_of(values[axis.column]) for axis in axes if values[axis.column])


def constant(rows):
    """Returns what was the same in all rows, in words."""
    if not rows:
        return ""
    moving = {axis.column for axis in varying(rows)}
    return words_of(setting_of(rows[0]), [axis for axis in AXES if axis.column not in moving and
                                          len({row[axis.column] for row in rows}) == 1])
