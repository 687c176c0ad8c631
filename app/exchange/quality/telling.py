"""A report on a feed as a page of text."""

from collections.abc import Iterator

from app.exchange.quality.report import Report

BAR = 20


def telling(report: Report) -> str:
    """The report as text that fits on a page."""
    return "\n".join(_lines(report))


def _lines(report: Report) -> Iterator[str]:
    stated = "" if report.stated_total is None else f", of {report.stated_total:,} that it states"
    partly = "" if report.complete_pull else " (not all pages were read: it is large or slow)"
    yield f"Feed      {report.address}"
    yield f"Standard  {report.version or 'it does not say'}"
    yield f"Services  {report.services:,}{stated}{partly}; {report.read_whole:,} read whole"
    yield "Status    " + (
        ", ".join(f"{name} {count:,}" for name, count in report.statuses.items()) or "none"
    )
    yield f"Newest    {report.newest_change or 'no last_modified'}"
    yield (
        f"Requests  {report.requests:,}, {report.failed_requests:,} failed, the slowest "
        f"{report.slowest_milliseconds:,.0f} ms"
    )
    yield ""
    yield f"How much is filled: {report.average_completeness:.0%} on average"
    for name, share in sorted(report.completeness.items(), key=lambda one: -one[1]):
        yield f"  {name:<24}{'#' * round(share * BAR):<{BAR}} {share:>5.0%}"
    yield ""
    fresh = report.freshness
    yield "How fresh it is, by assured_date"
    yield f"  within three months     {fresh.within_three_months:>6,}"
    yield f"  within a year           {fresh.within_a_year:>6,}"
    yield f"  older                   {fresh.older:>6,}"
    yield f"  not stated              {fresh.not_stated:>6,}"
    yield ""
    yield "What it honours"
    words = {True: "yes", False: "NO", None: "cannot be told"}
    for name, honoured in report.honoured.items():
        yield f"  {name:<32}{words[honoured]}"
    yield ""
    if not report.faults:
        yield "No faults were found."
        return
    yield "Faults, by the number of services"
    for fault in report.faults:
        example = f"  as in {fault.where[0]}" if fault.where else ""
        yield f"  {fault.count:>6,}  {fault.what}{example}"
