"""Risk figures from the index of the daily rows, with numpy, scipy and empyrical."""

import bisect

import empyrical
import numpy as np
from scipy import integrate, stats

from figures import Differences, after, day, read

PER_YEAR = 252
# The last digits of a float are neither above nor below.
NOTHING = 1e-13


def levels_of(rows):
    """The index at each close, and 1 at the close before the first day."""
    levels = {after(day(rows[0]["date"]), -1): 1.0}
    for row in rows:
        levels[day(row["date"])] = float(row["index"])
    return levels


def business_closes(first, last):
    """The close before the period, and those of its Mondays to Fridays."""
    days = [after(first, i) for i in range((last - first).days + 1)]
    return [after(first, -1)] + [date for date in days if date.weekday() < 5]


def returns_over(levels, closes):
    values = np.array([levels[date] for date in closes])
    return values[1:] / values[:-1] - 1


def asked_rate(query, closes):
    nights = np.array([(b - a).days for a, b in zip(closes, closes[1:])])
    return (1 + float(query.get("risk_free", "0"))) ** (nights / 365) - 1


def benchmark_levels(given, currency, rows):
    closes = sorted((row["date"], float(row["price"])) for row in given["benchmark"])
    base = given["timeseries"]["currency"]
    rates = sorted(
        (r["date"], float(r["rate"]) if r["from_currency"] == base else 1 / float(r["rate"]))
        for r in given["fx_rates"]
        if {r["from_currency"], r["to_currency"]} == {base, currency}
    )

    def latest(values, text):
        at = bisect.bisect_right([date for date, _ in values], text) - 1
        return values[at][1] if at >= 0 else None

    levels = {}
    dates = [after(day(rows[0]["date"]), -1)] + [day(row["date"]) for row in rows]
    for date in dates:
        close = latest(closes, date.isoformat())
        rate = 1.0 if currency == base else latest(rates, date.isoformat())
        if close is not None and rate is not None:
            levels[date] = close * rate
    return levels


def check_absolute(found, label, period, returns, riskless):
    risk = period["risk"]
    excess = returns - riskless
    found.equal(f"{label} returns", risk["returns"], len(returns))
    same = lambda name, value, tolerance=1e-9: found.same(f"{label} {name}", risk[name], float(value), tolerance)
    same("mean_return", returns.mean() * PER_YEAR)
    same("volatility", empyrical.annual_volatility(returns, annualization=PER_YEAR))
    same("downside_deviation", empyrical.downside_risk(returns, riskless, annualization=PER_YEAR))
    same("sharpe", empyrical.sharpe_ratio(excess, 0, annualization=PER_YEAR))
    same("sortino", empyrical.sortino_ratio(excess, 0, annualization=PER_YEAR))
    same("skewness", stats.skew(returns))
    same("excess_kurtosis", stats.kurtosis(returns))
    same("var_historical", -empyrical.value_at_risk(returns, 0.05))
    same("es_historical", -empyrical.conditional_value_at_risk(returns, 0.05))
    z, deviation = stats.norm.ppf(0.05), returns.std(ddof=1)
    same("var_parametric", -stats.norm.ppf(0.05, returns.mean(), deviation))
    same("es_parametric", deviation * stats.norm.pdf(z) / 0.05 - returns.mean())
    check_expansion(found, label, risk, returns)


def check_expansion(found, label, risk, returns):
    s, k = stats.skew(returns), stats.kurtosis(returns)

    def bent(z):
        return z + (z**2 - 1) * s / 6 + (z**3 - 3 * z) * k / 24 - (2 * z**3 - 5 * z) * s**2 / 36

    grid = bent(np.arange(-40, 40, 0.01))
    if (np.diff(grid) < 0).any():
        found.equal(f"{label} var_cornish_fisher", risk["var_cornish_fisher"], None)
        return
    mean, deviation = returns.mean(), returns.std(ddof=1)
    value = -(mean + deviation * bent(stats.norm.ppf(0.05)))
    found.same(f"{label} var_cornish_fisher", risk["var_cornish_fisher"], value)
    tail, _ = integrate.quad(lambda z: bent(z) * stats.norm.pdf(z), -40, stats.norm.ppf(0.05), epsabs=1e-13, limit=200)
    found.same(f"{label} es_cornish_fisher", risk["es_cornish_fisher"], -(mean + deviation * tail / 0.05))


def check_fall(found, label, period, levels):
    """Of every close; dates as the definition has them: all pairs of an earlier and a later close."""
    first, last = day(period["from"]), day(period["to"])
    dates = [after(first, i - 1) for i in range((last - first).days + 2)]
    values = np.array([levels[date] for date in dates])
    peaks = np.maximum.accumulate(values)
    falls = values / peaks - 1
    trough = int(falls.argmin())
    start = max(i for i in range(trough + 1) if values[i] >= peaks[trough] * (1 - 1e-14))
    risk = period["risk"]
    found.same(f"{label} max_drawdown", risk["max_drawdown"], falls[trough])
    daily = values[1:] / values[:-1] - 1
    found.same(f"{label} max_drawdown by empyrical", risk["max_drawdown"], empyrical.max_drawdown(daily))
    found.equal(f"{label} trough", risk["drawdown_trough"], dates[trough].isoformat())
    found.equal(f"{label} peak", risk["drawdown_start"], dates[start].isoformat())
    later = [dates[i] for i in range(trough, len(dates)) if values[i] >= values[start] * (1 - 1e-14)]
    found.equal(f"{label} recovery", risk["drawdown_recovery"], later[0].isoformat() if later else None)
    if period["twr_annualized"] is not None:
        found.same(f"{label} calmar", risk["calmar"], float(period["twr_annualized"]) / -falls[trough])


def check_relative(found, label, period, returns, market, riskless):
    relative = period["relative"]
    active = returns - market
    same = lambda name, value: found.same(f"{label} {name}", relative[name], float(value))
    same("active_return", active.mean() * PER_YEAR)
    same("tracking_error", active.std(ddof=1) * np.sqrt(PER_YEAR))
    same("information_ratio", empyrical.excess_sharpe(returns, market) * np.sqrt(PER_YEAR))
    slope, level = np.polyfit(market - riskless, returns - riskless, 1)
    same("beta", slope)
    same("beta", empyrical.beta(returns - riskless, market - riskless))
    same("alpha", level * PER_YEAR)
    correlation = np.corrcoef(returns - riskless, market - riskless)[0, 1]
    same("correlation", correlation)
    same("r_squared", stats.linregress(market - riskless, returns - riskless).rvalue ** 2)
    for name, chosen in (("up_capture", market > NOTHING), ("down_capture", market < -NOTHING)):
        same(name, (stats.gmean(1 + returns[chosen]) - 1) / (stats.gmean(1 + market[chosen]) - 1))
    same("hit_rate", (active > NOTHING).mean())


def check_benchmark(found, label, period, levels):
    first, last = after(day(period["from"]), -1), day(period["to"])
    twr = levels[last] / levels[first] - 1
    found.same(f"{label} benchmark twr", period["benchmark"]["twr"], twr)
    found.same(f"{label} excess", period["benchmark"]["excess_return"], float(period["twr"]) - twr)


def main():
    given = read()
    found = Differences()
    for number, asked in enumerate(given["risk"]):
        query, reply = asked["query"], asked["reply"]
        rows = given["timeseries" if reply["currency"] == given["timeseries"]["currency"] else "timeseries_usd"]["rows"]
        levels = levels_of(rows)
        for period in reply["periods"]:
            if period["twr"] is None:
                continue
            label = f"{number} {period['period']}"
            closes = business_closes(day(period["from"]), day(period["to"]))
            returns, riskless = returns_over(levels, closes), asked_rate(query, closes)
            check_absolute(found, label, period, returns, riskless)
            check_fall(found, label, period, levels)
            if "benchmark" not in query:
                continue
            index = benchmark_levels(given, reply["currency"], rows)
            if after(day(period["from"]), -1) not in index:
                found.equal(f"{label} benchmark twr", period["benchmark"]["twr"], None)
                continue
            check_benchmark(found, label, period, index)
            check_relative(found, label, period, returns, returns_over(index, closes), riskless)
    found.finish(at_least=150)


main()
