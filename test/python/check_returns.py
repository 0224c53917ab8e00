"""Returns from daily values and flows: day by day, linked, annualised, by money, by Dietz, in another currency."""

import bisect

import numpy as np
import numpy_financial as npf
from scipy.optimize import brentq

from figures import Differences, after, day, read, within


def amounts(rows, name):
    return np.array([float(row[name]) for row in rows])


def day_returns(rows):
    capital = amounts(rows, "bod_market_value") + amounts(rows, "bod_cashflow")
    result = amounts(rows, "eod_market_value") - amounts(rows, "eod_cashflow")
    return np.where(capital > 0, result / np.where(capital > 0, capital, 1) - 1, 0.0)


def check_series(found, rows, name):
    returns = day_returns(rows)
    index = np.cumprod(1 + returns)
    for row, value, level in zip(rows, returns, index):
        if row["twr"] is not None:
            found.same(f"{name} {row['date']} twr", row["twr"], value)
        found.same(f"{name} {row['date']} index", row["index"], level)
    for before, row in zip(rows, rows[1:]):
        found.same(f"{name} {row['date']} opens", row["bod_market_value"], float(before["eod_market_value"]))


def flows_by_night(rows):
    """What the owner puts in (negative) and takes out, each at the close it happens on: 0 is the opening."""
    nights = np.zeros(len(rows) + 1)
    nights[0] -= float(rows[0]["bod_market_value"])
    for i, row in enumerate(rows):
        nights[i] -= float(row["bod_cashflow"])
        nights[i + 1] -= float(row["eod_cashflow"])
    nights[-1] += float(rows[-1]["eod_market_value"])
    return nights


def check_period(found, rows, period, name):
    held = within(rows, period["from"], period["to"])
    label = f"{name} {period['period']}"
    found.equal(f"{label} days", period["days"], (day(period["to"]) - day(period["from"])).days + 1)
    if not held or len(held) != period["days"]:
        return
    twr = np.prod(1 + day_returns(held)) - 1
    found.same(f"{label} twr", period["twr"], twr)
    if period["days"] >= 365:
        found.same(f"{label} twr_annualized", period["twr_annualized"], (1 + twr) ** (365 / period["days"]) - 1)
    flows = np.concatenate([amounts(held, "bod_cashflow"), amounts(held, "eod_cashflow")])
    begin, end = float(held[0]["bod_market_value"]), float(held[-1]["eod_market_value"])
    gain = end - begin - flows.sum()
    found.same(f"{label} begin", period["begin_market_value"], begin)
    found.same(f"{label} end", period["end_market_value"], end)
    found.same(f"{label} inflows", period["inflows"], flows[flows > 0].sum())
    found.same(f"{label} outflows", period["outflows"], flows[flows < 0].sum())
    found.same(f"{label} gain", period["gain"], gain)
    for cost in ("income", "fees", "taxes"):
        found.same(f"{label} {cost}", period[cost], amounts(held, cost).sum())
    check_money(found, held, period, label, gain, begin)


def check_money(found, held, period, label, gain, begin):
    days = period["days"]
    left = np.concatenate([days - np.arange(days), days - np.arange(1, days + 1)]) / days
    flows = np.concatenate([amounts(held, "bod_cashflow"), amounts(held, "eod_cashflow")])
    found.same(f"{label} modified_dietz", period["modified_dietz"], gain / (begin + (flows * left).sum()))
    nights = flows_by_night(held)
    years = np.arange(len(nights)) / 365

    def value(rate):
        return (nights / (1 + rate) ** years).sum()

    found.equal(f"{label} rates", len(period["mwr_rates"]), 1)
    rate = brentq(value, -0.999, 100, xtol=1e-15, rtol=1e-14, maxiter=500)
    found.same(f"{label} mwr", period["mwr"], rate)
    found.same(f"{label} mwr_holding_period", period["mwr_holding_period"], (1 + rate) ** (days / 365) - 1)
    nightly = (1 + float(period["mwr"])) ** (1 / 365) - 1
    found.same(f"{label} npv", npf.npv(nightly, nights) / np.abs(nights).sum(), 0.0)


def check_conversion(found, rows, converted, rates, base, currency):
    """Every amount at the rate of its own day, the opening value at that of the day before."""
    direct = sorted((r["date"], float(r["rate"])) for r in rates if (r["from_currency"], r["to_currency"]) == (base, currency))
    inverse = sorted((r["date"], 1 / float(r["rate"])) for r in rates if (r["from_currency"], r["to_currency"]) == (currency, base))
    quotes = direct or inverse
    dates = [date for date, _ in quotes]

    def rate(date):
        at = bisect.bisect_right(dates, date) - 1
        return quotes[at][1] if at >= 0 else None

    found.equal("converted days", [row["date"] for row in converted], [row["date"] for row in rows])
    for row, other in zip(rows, converted):
        today, before = rate(row["date"]), rate(after(day(row["date"]), -1).isoformat())
        if today is None or before is None:
            continue
        for name in ("bod_cashflow", "eod_cashflow", "eod_market_value", "income", "fees", "taxes"):
            found.same(f"{row['date']} {name} converted", other[name], float(row[name]) * today, 1e-8)
        opening = float(row["bod_market_value"]) * before
        found.same(f"{row['date']} opening converted", other["bod_market_value"], opening, 1e-8)


def main():
    given = read()
    found = Differences()
    rows, converted = given["timeseries"]["rows"], given["timeseries_usd"]["rows"]
    check_series(found, rows, "base")
    check_series(found, converted, "converted")
    for period in given["performance"]["periods"]:
        check_period(found, rows, period, "base")
    for period in given["performance_usd"]["periods"]:
        check_period(found, converted, period, "converted")
    base, currency = given["timeseries"]["currency"], given["timeseries_usd"]["currency"]
    check_conversion(found, rows, converted, given["fx_rates"], base, currency)
    found.finish(at_least=1000)


main()
