# SPDX-FileCopyrightText: The Tattle authors
# SPDX-License-Identifier: Apache-2.0
"""How long until gossip finds a lie, by a model beside examples/simulate that shares nothing with it.

One client at a time, one log. Visits are a Poisson process, servers are popular by Zipf. A willing server
that was visited before has a head waiting for it. It was drawn evenly from all heads that the client fetched
and that are fresh, at the last visit, and anew when it had waited for a day. The lie is found when one comes
that was fetched after the lie began. That a head is given once only is left out here: it makes stocks
smaller, and so younger, where many servers are willing and clients have gossiped for long.
"""

import bisect
import itertools
import math
import random

DAY = 24.0  # all times are in hours, from the beginning of the lie
FRESH = 14 * DAY


def _client(rng, is_willing, up_to, visits, warm_up, until):
    """When a client's first message convicts the log, or until."""
    start = -warm_up * DAY
    now = start
    waits = {}  # by server: when it was visited last, when its head was drawn, whether that is of the lie

    def draws_of_the_lie(at):
        oldest = max(start, at - FRESH)
        return rng.uniform(oldest, at) > 0

    while True:
        now += rng.expovariate(visits / DAY)
        if now >= until:
            return until
        server = bisect.bisect(up_to, rng.random())
        if not is_willing[server]:
            continue
        if server in waits:
            visited, drawn, is_of_lie = waits[server]
            if now - visited <= 7 * DAY:
                while now - drawn > DAY:
                    drawn += DAY
                    is_of_lie = draws_of_the_lie(drawn)
                if is_of_lie:
                    return now
        waits[server] = now, now, draws_of_the_lie(now)


def hours_until_found(victims, servers, willing, visits, warm_up, days, worlds, seed=1):
    """Of each world when the first of its victims convicts the log, sorted; infinite: not within the days."""
    rng = random.Random(seed)
    up_to = list(itertools.accumulate(1 / rank for rank in range(1, servers + 1)))
    up_to = [one / up_to[-1] for one in up_to]
    out = []
    for _ in range(worlds):
        chosen = set(rng.sample(range(servers), round(willing * servers)))
        is_willing = [server in chosen for server in range(servers)] + [False]
        until = days * DAY
        for _ in range(victims):
            until = _client(rng, is_willing, up_to, visits, warm_up, until)
        out.append(until if until < days * DAY else math.inf)
    return sorted(out)


def main():
    """Prints what examples/simulate/README.md has of this model."""
    for victims, willing, warm_up in ((1, 0.5, 0), (1, 0.5, 1), (100, 0.1, 0), (100, 0.1, 1), (1, 0.5, 7)):
        hours = hours_until_found(victims=victims, servers=1000, willing=willing, visits=20, warm_up=warm_up,
                                  days=14, worlds=201)
        median, ninety = hours[100], hours[180]
        print(f"{victims} deceived, {willing:.0%} willing, --warm-up {warm_up}: {median:.1f} h, {ninety:.1f} h")


if __name__ == "__main__":
    main()
