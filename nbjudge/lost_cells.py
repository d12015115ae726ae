"""Answers whose cells have lost nbgrader's mark: found again by their place, and never a silent zero."""

from collections.abc import Mapping, Sequence

from nbjudge import hints
from nbjudge.model import SourceNotebook
from nbjudge.notebook import Cell, grade_id, is_graded, is_solution, is_test

SHORTEST = 3  # characters of a text by which a cell is known again


def visible_text(cell: Cell) -> str:
    """The text of a cell of the source as students were given it."""
    return hints.visible_text(cell["source"]).strip()


def lost_answers(source: SourceNotebook, cells: Sequence[Cell]) -> dict[str, list[Cell]]:
    """The cells that stand in the place of answers which a person grades and whose own cells are gone.

    An answer's place is between what comes before and after it in the source, known by grade_id or by its text. Where
    it can't be told which of several cells is which answer, none is taken.

    Args:
        source: the notebook of the assignment.
        cells: those of the submission, in their order.

    Returns:
        By grade_id of the answer the cells in its place, at least one.
    """
    given = {name for cell in cells if (name := grade_id(cell))}
    order = [cell for cell in source.content["cells"] if grade_id(cell) or visible_text(cell)]
    lost = [place for place, cell in enumerate(order) if _is_written(cell) and grade_id(cell) not in given]
    if not lost:
        return {}
    anchors = _anchors(order, cells)
    gaps: dict[tuple[int, int], list[int]] = {}
    for place in lost:
        before = max((anchors[other] for other in anchors if other < place), default=-1)
        after = min((at for other, at in anchors.items() if other > place and at > before), default=len(cells))
        gaps.setdefault((before, after), []).append(place)
    taken = set(anchors.values())
    found: dict[str, list[Cell]] = {}
    for (before, after), places in gaps.items():
        kinds = {order[place]["cell_type"] for place in places}
        between = [cells[at] for at in range(before + 1, after) if at not in taken and not grade_id(cells[at])]
        between = [cell for cell in between if cell["cell_type"] in kinds and cell["source"].strip()]
        if len(places) == 1 and between:
            found[str(grade_id(order[places[0]]))] = between
        elif len(places) == len(between):
            pairs = zip((order[place] for place in places), between, strict=True)
            found |= {str(grade_id(cell)): [one] for cell, one in pairs if cell["cell_type"] == one["cell_type"]}
    return found


def _is_written(cell: Cell) -> bool:
    return is_solution(cell) and is_graded(cell)


def _anchors(order: Sequence[Cell], cells: Sequence[Cell]) -> dict[int, int]:
    """Which cells of the source stand where in a submission: by place in the source the place there."""
    names = {grade_id(cell): place for place, cell in enumerate(order) if grade_id(cell)}
    texts: dict[str, int | None] = {}
    for place, cell in enumerate(order):
        text = visible_text(cell)
        if not is_solution(cell) and len(text) >= SHORTEST:
            # What stands there twice tells no place.
            texts[text] = None if text in texts else place
    anchors: dict[int, int] = {}
    for at, cell in enumerate(cells):
        known = names.get(grade_id(cell)) if grade_id(cell) else texts.get(cell["source"].strip())
        if known is not None:
            anchors.setdefault(known, at)
    return anchors


def joined(cells: Sequence[Cell], stub: str) -> Cell:
    """One cell of several that were found in the place of an answer; what was handed out there counts for nothing."""
    own = [cell for cell in cells if cell["source"].strip() != stub.strip()] or list(cells[:1])
    attachments = {name: data for cell in own for name, data in cell.get("attachments", {}).items()}
    made: Cell = {**own[0], "source": stub if own[0]["source"].strip() == stub.strip() else _text(own)}
    return {**made, "attachments": attachments} if attachments else made


def _text(cells: Sequence[Cell]) -> str:
    return "\n\n".join(cell["source"] for cell in cells)


def why_to_look(
    source: SourceNotebook,
    missing: set[str],
    by_place: Sequence[str],
    without_marks: bool,
    scores: Mapping[str, float | None],
    most: Mapping[str, float],
) -> str:
    """One sentence on what a person should look at since answers were lost or found by their place; empty if nothing.

    Args:
        source: the notebook of the assignment.
        missing: grade_ids of answers that are not there.
        by_place: those of answers that were found by their place.
        without_marks: whether no cell of the submission has a grade_id.
        scores: points by grade_id.
        most: points to be had.
    """
    reasons = []
    if without_marks:
        reasons.append(
            "the notebook has no grade_ids, so its cells ran as the student's own: check that it belongs to this "
            "assignment and was graded properly"
        )
    if by_place:
        reasons.append(f"the cell of {_listed(by_place)} was lost, and what stands in its place was graded instead")
    by_hand = [name for cell in source.content["cells"] if _is_written(cell) and (name := grade_id(cell)) in missing]
    if by_hand:
        reasons.append(f"the cell of {_listed(by_hand)} is gone: look for the answer in the rest of the notebook")
    costly: list[str] = []
    last: str | None = None
    for cell in source.content["cells"]:
        name = grade_id(cell)
        last = name if is_solution(cell) else last
        costs = is_test(cell) and (scores.get(str(name)) or 0.0) < most.get(str(name), 0.0)
        if costs and last in missing and last not in costly:
            costly.append(str(last))
    if costly and not without_marks:
        reasons.append(
            f"the cell of {_listed(costly)} is gone, which cost points: look for the answer elsewhere in the notebook"
        )
    return "; ".join(reasons)


def _listed(names: Sequence[str | None]) -> str:
    shown = [str(name) for name in names[:5]]
    return ", ".join(shown) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
