"""What every paper has: the company it is of, whether it counts yet, which page it is and when it was printed."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from jingwei.platform.documents.catalogue import catalogue
from jingwei.platform.identity.actor import Actor
from jingwei.platform.models import Company
from jingwei.platform.prints.past import Past
from jingwei.platform.prints.wording import instant, title

#: The template of documents with a party and a table of lines.
SHEET = Path(__file__).parent / "sheet.typ"
#: States of these colours do not count any more, whatever they are called.
NOT_VALID = ("grey", "red", "violet")


def heading(past: Past, record: Any, actor: Actor) -> dict[str, Any]:
    """The company's block, the mark of what is not posted or not valid, and the words of the foot."""
    company = past.of(record, record.company_id)
    page = pgettext("print", "Page %(page)s of %(pages)s")
    return {
        "company": {"name": title(company.name_zh, company.name_en), "lines": _company_lines(company)},
        "mark": mark(record),
        "colon": pgettext("print", ": "),
        "page": page.replace("%(pages)s", "%(page)s").split("%(page)s"),
        "printed": _("Printed %(at)s by %(name)s")
        % {"at": instant(datetime.now(UTC), company.time_zone), "name": actor.name},
    }


def mark(record: Any) -> str:
    """ "Draft" until the document is posted or confirmed, the state's name when it was taken back, else nothing."""
    if record.state in record.waiting:
        return _("Draft")
    state = catalogue.of(type(record)).state(record.state)
    return str(state.label) if state is not None and state.colour in NOT_VALID else ""


def _company_lines(company: Company) -> list[str]:
    facts = (
        ("", title(company.address_zh, company.address_en)),
        (_("Phone"), company.phone),
        (_("Tax number"), company.tax_number),
        (_("Bank and account"), company.bank_account),
    )
    return labelled(facts)


def labelled(facts: Any) -> list[str]:
    """ "Phone: 021-55550100" for every fact that is known."""
    colon = pgettext("print", ": ")
    return [f"{label}{colon}{text}" if label else text for label, text in facts if text]
