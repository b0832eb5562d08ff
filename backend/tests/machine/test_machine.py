"""A machine that does anything: random documents, actions from any state, any order, any date, struck at any moment.

Whatever it does, refusals are named and leave nothing, what was acknowledged is there, a repeated request acts once,
and in the end every invariant holds. `JINGWEI_MACHINE_STEPS=20000` makes a long run under a seed that is printed;
`JINGWEI_MACHINE_SEED` repeats it. What fails shrinks to the shortest script that fails, which takes minutes;
`JINGWEI_MACHINE_RAW=1` shows it as it is.
"""

from __future__ import annotations

import os
import random
from collections import Counter
from datetime import UTC, date, datetime
from types import NoneType
from typing import Any, get_args

from hypothesis import HealthCheck, Phase, note, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from jingwei.books.balances import fold
from jingwei.books.sealing import seal
from jingwei.platform.documents import perform, read, write
from jingwei.platform.documents.catalogue import catalogue
from jingwei.platform.documents.command import Answer, Command
from jingwei.platform.documents.declare import Action, Choices, Conversion, Document, Input
from jingwei.platform.documents.schema import parse, schemas
from jingwei.platform.errors import Refusal
from jingwei.platform.masters import ACTIONS as LIFE
from jingwei.platform.models import RegistryRow
from jingwei.server.wiring import chain_faults
from tests.machine import faults
from tests.machine.acting import Request, carried_out, check_named
from tests.machine.bodies import BODIES, LOTS, varied
from tests.machine.faults import Fault
from tests.machine.firm import Body, Dice, Firm, Known, cents, new_firm
from tests.support.rules import check_invariants

STEPS = int(os.environ.get("JINGWEI_MACHINE_STEPS") or 0)
SEED = int(os.environ.get("JINGWEI_MACHINE_SEED") or 0) or (random.SystemRandom().randint(1, 10**6) if STEPS else 12)
EACH = 80  # steps in one company
USUAL = 400
DONE: Counter[str] = Counter()

#: Kinds that people type, draw down, or that stand from the beginning; masters have their own tests.
DOCUMENTS = [d for d in catalogue if d.key in BODIES or d.actions != LIFE]


def test_every_document_is_in_the_machine():
    """A new kind joins by a conversion that leads to it, or by a line in `BODIES`."""
    reached = (
        {c.target for d in catalogue for c in d.conversions if c.target != d.key} | BODIES.keys() | {"books.period"}
    )
    assert sorted(d.key for d in DOCUMENTS if d.key not in reached) == []


def ways(known: Known, *, onward: bool) -> list[Action | Conversion]:
    """What a document's state allows: what leads on, or everything else."""
    document = catalogue.get(known.key)
    conversions = [c for c in document.conversions if known.state in c.source]
    actions = [a for a in document.actions if known.state in a.source]
    forward = [*(a for a in actions if a.style == "primary"), *conversions]
    return forward if onward else [a for a in actions if a not in forward]


class Machine(RuleBasedStateMachine):
    """One company. Every step is a request; `carried_out` says what must be true of its answer."""

    @initialize(data=st.data())
    def begin(self, data: Any) -> None:
        self.sound = False
        self.dice = Dice(data)
        self.firm: Firm = new_firm(self.dice)
        self.sound = True

    @rule(data=st.data())
    def step(self, data: Any) -> None:
        self.dice, self.sound = Dice(data), False
        steps = [self.go_on] * 16 + [self.make] * 5 + [self.edit, self.any_action, self.several, self.remove]
        self.dice.one([*steps, self.close, self.keep_house])()
        self.agree()
        self.sound = True

    def teardown(self) -> None:
        if self.sound:  # else the step that failed says more
            check_invariants(self.firm.world)
            assert list(chain_faults(self.firm.world.group.pk)) == []

    # The steps

    def make(self) -> None:
        """A document as somebody types it; those that others are drawn down from more often."""
        leading = [k for k in BODIES if any(c.target != k for c in catalogue.get(k).conversions)]
        key = self.dice.one([*BODIES, *leading * 4])
        self.create(key, BODIES[key](self.dice, self.firm))

    def go_on(self) -> None:
        """What a document's state allows: an action, or a document drawn down from it."""
        onward = not self.dice.rarely(5)
        going = [k for k in reversed(self.firm.known.values()) if k.refused < 2 and ways(k, onward=onward)]
        going = [k for k in going if k.key != "books.period"]
        if not going:
            self.make()
            return
        known = self.dice.one(going[:6] if self.dice.rarely(2) else going)
        chosen = self.dice.one(ways(known, onward=onward))
        if isinstance(chosen, Action):
            self.act(known, chosen)
        else:
            self.draw_down(known, chosen)

    def any_action(self) -> None:
        """An action from any state, allowed or not."""
        known = self.pick()
        if known is not None and catalogue.get(known.key).actions:
            self.act(known, self.dice.one(catalogue.get(known.key).actions))

    def edit(self) -> None:
        known = self.pick()
        if known is None or not known.body:
            return
        document = catalogue.get(known.key)
        body = varied(self.dice, self.firm, document, known.body)
        body.pop("sources", None)
        version = known.version - self.dice.rarely(10)

        def work(command: Command) -> Answer:
            (record,) = write.update(command, known.key, [(known.id, version, self.parsed(document, body, "change"))])
            return Answer(200, {"version": record.version}, known.id)

        answer = self.send(known.key, "edit", None, body, work, known.id)
        if isinstance(answer, Answer):
            assert known.version == version
            known.version, known.body = answer.body["version"], {**known.body, **body}

    def remove(self) -> None:
        known = self.pick()
        if known is None or known.key == "books.period":
            return

        def work(command: Command) -> Answer:
            write.delete(command, known.key, [known.id], {known.id: known.version})
            return Answer(204, None, known.id)

        if isinstance(self.send(known.key, "delete", None, None, work, known.id), Answer):
            assert known.state in catalogue.get(known.key).deletable_in
            del self.firm.known[known.id]
            self.firm.gone.add(known.id)

    def several(self) -> None:
        """A batch, which answers for each document."""
        known = self.pick()
        if known is None:
            return
        document = catalogue.get(known.key)
        if not document.actions:
            return
        action = self.dice.one(document.actions)
        inputs = self.inputs(document, action)
        alike = self.firm.standing(known.key)[:4]
        ids = [k.id for k in alike]

        def work(command: Command) -> Answer:
            results = perform.perform_each(command, document.key, ids, action.key, inputs)
            for result in results:
                if result.refusal is not None:
                    check_named(result.refusal)
            return Answer(200, {"results": [[r.id, r.record.version if r.record else None] for r in results]})

        name = f"batch/{action.key}"
        answer = self.send(document.key, name, self.firm.next(), inputs.model_dump(mode="json"), work, ids)
        assert isinstance(answer, Answer), answer
        for one, (id, version) in zip(alike, answer.body["results"], strict=True):
            assert one.id == id
            if version is not None:
                self.moved(one, action, version)

    def close(self) -> None:
        """A month or an area of it closed, or opened again by another person."""
        periods = self.firm.standing("books.period")[::-1]
        period = self.dice.one(periods)
        self.act(period, self.dice.one(catalogue.get("books.period").actions))

    def keep_house(self) -> None:
        """What workers do meanwhile; no figure changes by it."""
        world = self.firm.world
        while seal(world.group.pk, world.company_id):
            pass
        fold(world.group.pk)

    # What they are made of

    def pick(self) -> Known | None:
        """A document, the newest more often."""
        known = [k for k in reversed(self.firm.known.values()) if k.key != "books.period"]
        if not known:
            return None
        return self.dice.one(known[:8] if self.dice.rarely(2) else known)

    def draw_down(self, known: Known, conversion: Conversion) -> None:
        document, target = catalogue.get(known.key), catalogue.get(conversion.target)
        actor = self.firm.actors[0]
        ids = [k.id for k in self.firm.standing(known.key, known.state)[:2]] if self.dice.rarely(4) else [known.id]
        try:
            bodies = conversion.build(Command(actor, datetime.now(UTC)), read.get_records(document, ids, actor))
        except Refusal as refusal:
            check_named(refusal)
            self.count(document.key, conversion.key, refusal)
            known.refused += 1
            return
        for body in bodies:
            self.create(target.key, {**varied(self.dice, self.firm, target, dict(body)), "sources": ids})

    def create(self, key: str, body: Body, *, corrected: bool = False) -> None:
        document = catalogue.get(key)

        def work(command: Command) -> Answer:
            (made,) = write.create(command, key, [self.parsed(document, body, "create")])
            return Answer(201, {"id": made.pk}, made.pk)

        answer = self.send(key, "create", self.firm.next(), body, work)
        if isinstance(answer, Refusal):
            wrong = {"field.unknown", "field.required", "body.invalid", "choice.unknown"}
            assert not wrong & {p.code for p in answer.problems}, f"`BODIES` no longer knows {key}: {answer}"
        if isinstance(answer, Answer):
            assert answer.document_id is not None
            self.firm.known[answer.document_id] = Known(
                key, answer.document_id, document.initial_state, 1, {k: v for k, v in body.items() if k != "sources"}
            )
        elif not corrected and any(p.code == "lot.missing" for p in answer.problems):
            for problem in answer.problems:
                if problem.code == "lot.missing" and problem.line:
                    body["lines"][problem.line - 1]["lot"] = self.dice.one(LOTS)
            self.create(key, body, corrected=True)

    def act(self, known: Known, action: Action) -> None:
        document = catalogue.get(known.key)
        inputs = self.inputs(document, action)

        def work(command: Command) -> Answer:
            (record,) = perform.act(
                command, known.key, [known.id], action.key, inputs, versions={known.id: known.version}
            )
            return Answer(200, {"version": record.version, "created": [r.pk for r in command.created]}, known.id)

        body = inputs.model_dump(mode="json")
        answer = self.send(known.key, action.key, self.firm.next(), body, work, known.id)
        if isinstance(answer, Answer):
            assert known.state in action.source, f"{known} took {action.key}"
            self.moved(known, action, answer.body["version"])
        elif known.state not in action.source:
            assert [p.code for p in answer.problems] == [f"{known.key}.wrong_state"]

    def moved(self, known: Known, action: Action, version: int) -> None:
        assert version == known.version + 1
        known.version, known.state = version, action.target or known.state
        if known.key == "books.period" and action.key == "close":  # closed when its last area is
            known.state = RegistryRow.objects.values_list("state", flat=True).get(id=known.id)

    def inputs(self, document: Document, action: Action) -> Input:
        """What an action asks for, drawn by the types of its inputs."""
        return action.inputs.model_validate(
            {n: v for n, f in action.inputs.model_fields.items() if (v := self.input(document, n, f)) is not None}
        )

    def input(self, document: Document, name: str, field: Any) -> Any:
        choices = next((m.pairs for m in field.metadata if isinstance(m, Choices)), None)
        kinds = set(get_args(field.annotation) or (field.annotation,)) - {NoneType}
        if choices is not None:
            return self.dice.one([value for value, _label in choices])
        if kinds == {datetime}:
            return self.firm.instant(self.dice)
        if kinds == {date}:
            return self.firm.date(self.dice)
        if name == "invoice":
            return self.some_invoice()
        if kinds == {str}:
            return "because of the machine"
        return None if self.dice.rarely(2) else cents(self.dice)

    def some_invoice(self) -> str:
        kinds = ("sales.billing", "purchasing.invoice", "finance.opening")
        rows = RegistryRow.objects.filter(id__in=self.firm.known, type__in=kinds, state="posted").order_by("id")
        return self.dice.one(list(rows.values_list("number", flat=True)) or ["none"])

    def parsed(self, document: Document, body: Body, which: str) -> Any:
        return parse(getattr(schemas(document), which), body)

    def send(
        self, key: str, verb: str, number: int | None, body: Any, work: Any, of: int | list[int] | None = None
    ) -> Answer | Refusal:
        """A request, struck now and then, repeated now and then."""
        actor = self.firm.actors[1] if verb in ("review", "reopen") or self.dice.rarely(12) else self.firm.actors[0]
        fault = None
        if self.dice.rarely(5):
            fault = Fault(self.dice.one(faults.KINDS), self.dice.whole(1, 32), after=self.dice.rarely(2))
        request = Request(actor, f"POST {key}/{of}/{verb}", None if number is None else f"m-{number}", body, work)
        note(f"{key} {verb} {self.position(of)} {body} struck by {fault}")
        answer = carried_out(self.firm, request, fault, again=self.dice.rarely(12))
        note(f"  → {answer}")
        self.count(key, verb, answer)
        if isinstance(of, int) and of in self.firm.known:
            self.firm.known[of].refused += isinstance(answer, Refusal)
        return answer

    def position(self, of: Any) -> Any:
        """Which of the machine's documents: ids differ from run to run."""
        places = {id: n for n, id in enumerate(self.firm.known)}
        return [places.get(i) for i in of] if isinstance(of, list) else places.get(of, "")

    def count(self, key: str, verb: str, answer: Answer | Refusal) -> None:
        codes = sorted({p.code for p in answer.problems}) if isinstance(answer, Refusal) else ["done"]
        DONE[f"{key} {verb}: {' '.join(codes)}"] += 1

    def agree(self) -> None:
        """The registry shows what was acknowledged, and nothing of what is gone."""
        rows = dict(RegistryRow.objects.filter(group=self.firm.world.group).values_list("id", "state"))
        known = {id: k.state for id, k in self.firm.known.items()}
        assert {id: rows.get(id) for id in known} == known
        assert not self.firm.gone & rows.keys()


def test_whatever_people_do_every_rule_holds():
    print(f"\nJINGWEI_MACHINE_SEED={SEED} JINGWEI_MACHINE_STEPS={STEPS or USUAL}")
    chosen = settings(
        max_examples=max(1, (STEPS or USUAL) // EACH),
        stateful_step_count=EACH,
        deadline=None,
        database=None,
        phases=[Phase.generate] if os.environ.get("JINGWEI_MACHINE_RAW") else [Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )
    DONE.clear()
    run_state_machine_as_test(seed(SEED)(Machine), settings=chosen, _min_steps=EACH - 1)
    print("\n".join(f"{n:6} {what}" for what, n in sorted(DONE.items())))
    done = sum(n for what, n in DONE.items() if what.endswith(": done"))
    assert done > sum(DONE.values()) // 2, "more is refused than done: the machine no longer knows the documents"
