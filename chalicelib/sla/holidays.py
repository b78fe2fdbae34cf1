"""Bank holidays by country, from the `holidays` library; the domain only sees their dates."""

from collections.abc import Mapping
from datetime import date
from functools import lru_cache

from chalicelib.core.errors import Invalid
from chalicelib.sla.domain import Region

# Where the law has no nation-wide list, the part in which the banks' clearing house sits.
_SEAT_OF_BANKS = {"GB": "ENG"}


@lru_cache(maxsize=1024)
def bank_holidays(region: Region, year: int) -> Mapping[date, str]:
    """Days on which banks are closed there (D5), named in English where the library can (D3)."""
    # Imported here: 200 ms that a 24x7 contract never needs.
    import holidays

    part = region.subdivision or _SEAT_OF_BANKS.get(region.country)
    try:
        kinds = holidays.country_holidays(region.country).supported_categories
        return dict(
            holidays.country_holidays(
                region.country,
                subdiv=part,
                years=year,
                expand=False,
                language="en_US",
                categories=tuple(kind for kind in ("public", "bank") if kind in kinds) or None,
            )
        )
    except NotImplementedError as unknown:
        raise Invalid(f"no bank holidays known: {unknown}; use ISO 3166 codes such as GB, DE-BE") from None
