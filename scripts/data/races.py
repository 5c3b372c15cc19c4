"""Races: the contenders that were measured at one setting, the best first, and what may be said of them.

    for race in races_of(rows):
        print(verdict(race))      # names the fastest first, ours or not

The rule: the first name of a verdict is the contender with the best median of those compared. If that is not one of
ours, the verdict also says what ours reaches, and lost(races) lists the race. A variant of ours that only spins is not
compared; where it is faster than the best of those, the verdict says that it leaves it out. tests/test_races.py holds it to this.
"""

import collections

from data import axes, words
from data.contenders import is_baseline, is_ours, label
from data.estimate import NOTICED, estimate, per_launch, ratio_of, told_apart, too_close
from data.run_folder import measured

Metric = collections.namedtuple("Metric", "name column better heading text_of unit")
Entry = collections.namedtuple("Entry", "contender rows launches estimate")
# entries: those compared, the best first; spinning: those of variants of ours that only spin
Race = collections.namedtuple("Race", "scenario setting metric entries spinning", defaults=((),))

RATE = Metric("rate", "ops_per_s", "higher", "operations/s", words.number, "/s")
P50 = Metric("p50", "lat_p50_ns", "lower", "p50", words.duration, "")
P99 = Metric("p99", "lat_p99_ns", "lower", "p99", words.duration, "")
MEAN = Metric("mean", "lat_mean_ns", "lower", "time per operation", words.duration, "")
ENOUGH = 0.75     # of the contenders: so many must have a metric to be compared by it
CLOCKS = 2        # a latency of at most so many readings of the clock is the clock


def metric_of(rows):
    """Returns what rows of one setting are compared by, as their column metric_kind says.

    It is another metric where few have that one: three operations have no median, but a rate.
    """
    wanted = (RATE, P50, MEAN) if rows[0]["metric_kind"] == "throughput" else (P50, MEAN, RATE)
    having = [len({contender_of(row) for row in rows if row[metric.column]}) for metric in wanted]
    most = max(having)
    return wanted[next(place for place, count in enumerate(having) if count >= ENOUGH * most)]


def contender_of(row):
    return row["impl"], row["interpreter"]


def spins_on_request(row):
    """Returns whether the row is the variant of one of ours that spins: a case of its own, not in the races."""
    return is_ours(row["impl"]) and row["wait"] == "spin"


def entries_of(rows, metric):
    groups = collections.defaultdict(list)
    for row in rows:
        groups[contender_of(row)].append(row)
    found = []
    for contender, group in groups.items():
        launches = per_launch(group, metric.column)
        if launches:
            found.append(Entry(contender, group, launches, estimate(launches.values())))
    sign = -1 if metric.better == "higher" else 1
    return sorted(found, key=lambda entry: (sign * entry.estimate.median, label(*entry.contender)))


def races_of(rows, setting_of=axes.setting_of, metric=None):
    """Returns a Race for each setting that was measured, in the order of the settings."""
    groups, variants = collections.defaultdict(list), collections.defaultdict(list)
    for row in measured(rows):
        (variants if spins_on_request(row) else groups)[setting_of(row)].append(row)
    races = []
    for setting in sorted(groups, key=axes.sortable):
        chosen = metric or metric_of(groups[setting])
        entries = entries_of(groups[setting], chosen)
        if entries:
            races.append(Race(groups[setting][0]["scenario"], setting, chosen, entries, tuple(entries_of(variants[setting], chosen))))
    return races


def best_of(race, wanted):
    """Returns the best entry for which wanted(entry) holds, or None."""
    return next((entry for entry in race.entries if wanted(entry)), None)


def ours_of(race):
    """Returns the best of ours, of those with enough launches for an interval if any has."""
    return best_of(race, lambda entry: is_ours(entry.contender[0]) and entry.estimate.low is not None) or \
        best_of(race, lambda entry: is_ours(entry.contender[0]))


def rival_of(race):
    """Returns the best that is not ours."""
    return best_of(race, lambda entry: not is_ours(entry.contender[0]))


def leading_unsurely(race):
    """Returns the entries with too few launches that are ahead of the first with enough, or ahead of the first choice with enough.

    None unless ours, where there are any, and another have enough: then everything counts as it is.
    """
    having = [entry for entry in race.entries if entry.estimate.low is not None]
    of_ours = [entry for entry in having if is_ours(entry.contender[0])]
    if len(of_ours) == len(having) or not (of_ours or ours_of(race) is None):
        return []
    place_of = race.entries.index
    choice = next((entry for entry in having if is_choice(entry)), having[0])
    return [entry for entry in race.entries if entry not in having and
            (place_of(entry) < place_of(having[0]) or (is_choice(entry) and place_of(entry) < place_of(choice)))]


def firm(race):
    """Returns the race without those that lead it by too few launches; what is behind stays, however often it was measured."""
    ahead = leading_unsurely(race)
    return race._replace(entries=[entry for entry in race.entries if entry not in ahead]) if ahead else race


def preliminary(race):
    """Returns '; preliminary: std::mutex showed 160/s in 1 launch' where firm(race) leaves out what is ahead; else ''."""
    ahead = leading_unsurely(race)
    if not ahead:
        return ""
    first, more = ahead[0], len(ahead) - 1
    return "; preliminary: %s showed %s in %s%s" % (
        name_of(first), shown(race, first), words.launches(first.estimate.n),
        ", %d more %s ahead too" % (more, "is" if more == 1 else "are") if more else "")


def burns_cpu(entry):
    """Returns whether it spins or yields for as long as it waits, and so is not a choice for a busy machine."""
    return entry.rows[0]["wait"] in ("spin", "yield")


def is_unverified(entry):
    """Returns whether nothing checked what it moved or counted: a program of a user's that leaves it out."""
    return any("unverified: " in row["warning"] for row in entry.rows)


def is_choice(entry):
    """Returns whether it may be picked: it is no baseline, does not burn its core, and what it did was checked."""
    return not burns_cpu(entry) and not is_baseline(entry.contender[0]) and not is_unverified(entry)


def speed_ratio(race, one, other):
    """Returns how many times as fast the one is as the other; above 1 if it is better, whatever the metric."""
    pair = (one, other) if race.metric.better == "higher" else (other, one)
    return ratio_of(pair[0].launches, pair[1].launches)


def shown(race, entry):
    return race.metric.text_of(entry.estimate.median) + race.metric.unit


def times(ratio):
    """Returns '1.8 times (1.6 to 2.0)'."""
    if ratio.low is None:
        return words.factor(ratio.value) + " times"
    return "%s times (%s to %s)" % tuple(words.around(*ratio[:3]))


def name_of(entry):
    """Returns 'tbb::spin_mutex (yields while it waits)'."""
    doubts = ["%ss while it waits" % entry.rows[0]["wait"]] if burns_cpu(entry) and not is_baseline(entry.contender[0]) else []
    doubts += ["unverified"] if is_unverified(entry) else []
    return label(*entry.contender) + (" (%s)" % ", ".join(doubts) if doubts else "")


def sureness(race, one, other):
    """Returns 'told apart', 'not told apart' or 'preliminary: 2 launches of each'."""
    ratio = speed_ratio(race, one, other)
    apart = told_apart(ratio)
    if apart is None:
        counts = [entry.estimate.n for entry in (one, other)]
        return "preliminary: " + (words.launches(counts[0]) + " of each" if len(set(counts)) == 1 else
                                  "%s against %d" % (words.launches(counts[0]), counts[1]))
    return "told apart" if apart else "not told apart"


def lead(race, first, other):
    """Returns how the first stands to another, behind its name and value."""
    ratio = speed_ratio(race, first, other)
    if ratio is None:
        return "%s moved nothing" % label(*other.contender)
    if too_close(ratio):
        return "not told apart from %s (%s): %s" % (name_of(other), shown(race, other), times(ratio))
    return "%s as fast as %s (%s)%s" % (times(ratio), name_of(other), shown(race, other), unless_sure(ratio))


def unless_sure(ratio):
    """Returns ', preliminary' behind what too few launches say."""
    return ", preliminary" if ratio is not None and ratio.low is None else ""


def but_spinning(race):
    """Returns what a verdict adds where a variant of ours that only spins has a better median than the first that is compared."""
    first = race.entries[0]
    medians = [entry.estimate.median for entry in (*race.spinning[:1], first)]
    best = (max if race.metric.better == "higher" else min)(medians)
    if best == first.estimate.median:
        return ""
    return ", but for a variant of gilfree that only spins" if burns_cpu(first) else ", of those that do not only spin"


def verdict(race):
    """Returns a sentence that names the fastest, ours or not, and its ratio to the best of ours or to the next.

    It is the fastest if this run tells it apart from that one and from the next, which may be another of ours.
    """
    return verdict_of_all(firm(race)) + preliminary(race)


def verdict_of_all(race):
    """Returns the sentence without a look at how many launches each has."""
    first = race.entries[0]
    if len(race.entries) == 1:
        return "%s: %s; nothing else was measured beside it%s" % (
            name_of(first), shown(race, first), " but a variant that only spins" if race.spinning else "")
    other = (rival_of if is_ours(first.contender[0]) else ours_of)(race) or race.entries[1]
    ratios = {place: speed_ratio(race, first, race.entries[place]) for place in {1, race.entries.index(other)}}
    close = [place for place, ratio in ratios.items() if too_close(ratio)]
    few = any(ratio is not None and ratio.low is None for ratio in ratios.values())
    text = "%s %s %s%s; %s" % (
        name_of(first), "has the best median," if close else "leads with" if few else "is the fastest with", shown(race, first),
        but_spinning(race), "; ".join(lead(race, first, race.entries[place]) for place in sorted({*close, race.entries.index(other)})))
    calm = race._replace(entries=[entry for entry in race.entries if is_choice(entry)], spinning=())
    if not is_choice(first) and len(calm.entries) > 1:
        text += ". Of those to pick, " + verdict_of_all(calm)
    return text


def ahead_of_ours(race):
    """Returns the entries of others that are faster than the best of ours, certainly or as far as can be seen."""
    ours = ours_of(race)
    if ours is None:
        return []
    found = []
    for entry in race.entries[:race.entries.index(ours)]:
        if is_ours(entry.contender[0]):
            continue
        ratio = speed_ratio(race, entry, ours)
        apart = told_apart(ratio)
        if ratio is None or apart == 1 or (apart is None and ratio.value >= NOTICED):
            found.append(entry)
    return found


def lost(races):
    """Returns the races in which another is faster than each of ours."""
    return [race for race in races if ahead_of_ours(race)]
