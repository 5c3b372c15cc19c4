"""Laws of scaling, fitted to speed-ups: Amdahl's and the Universal Scalability Law (Gunther).

    fit = fit_of({1: 1, 2: 1.9, ...}, cpus)     # Fit(serial, contention, crosstalk), or why not, in words

Amdahl: n / (1 + s (n - 1)), s the share that runs one at a time. USL: n / (1 + a (n - 1) + b n (n - 1)),
b what each costs each other. Only points with a CPU for each worker count: more workers than CPUs show
what a scheduler does, not how work scales. With fewer than six of them two parameters say nothing.
"""

import collections

FEWEST_POINTS = 6
POSSIBLE = 1.1  # of a core's worth for each worker; a speed-up beyond it says that the one worker was disturbed

Fit = collections.namedtuple("Fit", "serial contention crosstalk")


def solved(rows):
    """Returns the least-squares solution of [(left, right, value)]: left * a + right * b = value; none below 0."""
    ll = sum(left * left for left, _, _ in rows)
    lr = sum(left * right for left, right, _ in rows)
    rr = sum(right * right for _, right, _ in rows)
    lv = sum(left * value for left, _, value in rows)
    rv = sum(right * value for _, right, value in rows)
    least = ll * rr - lr * lr
    a, b = (lv * rr - rv * lr) / least, (rv * ll - lv * lr) / least
    if b < 0:
        a, b = lv / ll, 0.0
    if a < 0:
        a, b = 0.0, max(rv / rr, 0.0)
    return a, b


def fit_of(speed_ups, cpus):
    """Returns {workers: speed-up} -> Fit, or a sentence that says why there is none."""
    points = {n: value for n, value in speed_ups.items() if n <= cpus and value > 0}
    if len(points) < FEWEST_POINTS:
        return "no law is fitted: %d point%s without oversubscription, six are needed" % (
            len(points), "" if len(points) == 1 else "s")
    # Both are linear in what a worker's share falls short by: n / speed-up - 1.
    rows = [(n - 1, n * (n - 1), n / value - 1) for n, value in points.items() if n > 1]
    serial = max(sum(left * value for left, _, value in rows) /
                 sum(left * left for left, _, _ in rows), 0.0)
    return Fit(serial, *solved(rows))


def law_of(fit):
    """Returns the USL as a function of the number of workers."""
    return lambda n: n / (1 + fit.contention * (n - 1) + fit.crosstalk * n * (n - 1))


def words_of(fit):
    if isinstance(fit, str):
        return fit
    return "Amdahl: %g %% one at a time; USL: contention %g %%, crosstalk %g %%" % tuple(
        round(100 * each, 2) for each in fit)
