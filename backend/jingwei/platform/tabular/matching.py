"""Which column of a file is which field: by field name, English label or Chinese label."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from jingwei.platform.tabular.table import Header, Row, TableProblem
from jingwei.platform.text import fold


@dataclass(frozen=True, slots=True)
class Candidate:
    """A field that a file may hold. `labels`: what it is called in every language, the user's first."""

    name: str
    labels: tuple[str, ...] = ()
    required: bool = False

    @property
    def title(self) -> str:
        return self.labels[0] if self.labels else self.name


@dataclass(frozen=True, slots=True)
class ColumnMatch:
    """`positions`: field name → index into `Row.cells`. With problems, the file must not be imported."""

    positions: dict[str, int]
    problems: tuple[TableProblem, ...]


def header_key(name: str) -> str:
    """The form in which names of columns are compared: folded, without the star that marks required columns."""
    return fold(name).rstrip("*").rstrip()


def match_columns(
    header: Sequence[Header], candidates: Sequence[Candidate], *, rows: Sequence[Row] = ()
) -> ColumnMatch:
    """Find each field's column. Give `rows` to notice a second row of names.

    Problems: `header.two_rows` (alone, for the others follow from it), `header.unknown`, `header.ambiguous`,
    `header.duplicate`, `header.required`.
    """
    names = _names_of(candidates)
    second = _second_header(rows, names)
    if second is not None:
        return ColumnMatch({}, (second,))
    taken: dict[str, Header] = {}
    problems: list[TableProblem] = []
    for column in header:
        fields = names.get(header_key(column.name), ())
        if len(fields) != 1:
            problems.append(_ambiguous(column, fields) if fields else _unknown(column, names))
        elif fields[0] in taken:
            problems.append(_twice(column, taken[fields[0]]))
        else:
            taken[fields[0]] = column
    header_row = header[0].row if header else None
    problems.extend(
        _missing(candidate, header_row)
        for candidate in candidates
        if candidate.required and candidate.name not in taken
    )
    return ColumnMatch({name: column.position for name, column in taken.items()}, tuple(problems))


def match_choice(value: str, choices: Mapping[str, Sequence[str]]) -> str | None:
    """The choice that `value` names, by its value or one of its labels; None when there is none or more than one."""
    key = fold(value)
    found = {name for name, labels in choices.items() if key in (fold(name), *map(fold, labels))}
    return found.pop() if len(found) == 1 else None


def _names_of(candidates: Sequence[Candidate]) -> dict[str, tuple[str, ...]]:
    """Comparison form → fields so called; a field's own name goes before another's label."""
    own = {header_key(candidate.name): (candidate.name,) for candidate in candidates}
    labelled: dict[str, tuple[str, ...]] = {}
    for candidate in candidates:
        for key in {header_key(label) for label in candidate.labels}:
            labelled[key] = (*labelled.get(key, ()), candidate.name)
    return labelled | own


def _second_header(rows: Sequence[Row], names: Mapping[str, Sequence[str]]) -> TableProblem | None:
    """The first row below the header, when it holds nothing but names of columns (two at least)."""
    if not rows:
        return None
    filled = [cell for cell in rows[0].cells if cell is not None and cell != ""]
    if len(filled) < 2 or not all(isinstance(cell, str) and header_key(cell) in names for cell in filled):
        return None
    return TableProblem(
        "header.two_rows",
        format_lazy(_("Row {row} holds names of columns too."), row=rows[0].number),
        _("Keep one row of names above the data and delete the other."),
        row=rows[0].number,
    )


def _unknown(column: Header, names: Mapping[str, Sequence[str]]) -> TableProblem:
    near = difflib.get_close_matches(header_key(column.name), names, n=1)
    hint = (
        format_lazy(_("Did you mean “{name}”? Otherwise delete the column."), name=near[0])
        if near
        else _("Delete the column, or name it as in the template.")
    )
    message = format_lazy(_("The column “{name}” is not known."), name=column.name)
    return TableProblem("header.unknown", message, hint, column.row, column.name, column.cell)


def _ambiguous(column: Header, fields: Sequence[str]) -> TableProblem:
    message = format_lazy(
        _("The column “{name}” may be any of {fields}."), name=column.name, fields=", ".join(sorted(fields))
    )
    hint = _("Use the field's own name as the name of the column.")
    return TableProblem("header.ambiguous", message, hint, column.row, column.name, column.cell)


def _twice(column: Header, earlier: Header) -> TableProblem:
    message = format_lazy(
        _("The columns “{one}” ({cell}) and “{other}” ({other_cell}) are the same field."),
        one=earlier.name,
        cell=earlier.cell,
        other=column.name,
        other_cell=column.cell,
    )
    hint = _("Delete one of the two columns.")
    return TableProblem("header.duplicate", message, hint, column.row, column.name, column.cell)


def _missing(candidate: Candidate, row: int | None) -> TableProblem:
    message = format_lazy(_("The column “{name}” is missing."), name=candidate.title)
    hint = format_lazy(
        _("Add a column named {names}."), names=" / ".join(dict.fromkeys((*candidate.labels, candidate.name)))
    )
    return TableProblem("header.required", message, hint, row, candidate.name)
