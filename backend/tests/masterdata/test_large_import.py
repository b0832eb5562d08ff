"""A large file is taken in by a job: the same answer, later, stoppable, and nothing of the file is kept."""

from __future__ import annotations

import hashlib
import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from jingwei.masterdata.models import Item
from jingwei.platform.jobs import importing, running
from jingwei.platform.models import ApiKey, AuditEvent, JobFile, JobRun, RoleAssignment
from jingwei.platform.organising import assign

PATH = "masterdata/items/import"
GOOD = b"code,name_en,category,unit\nB-1,Bolt,RM,PCS\nB-2,Nut,RM,PCS\n"
BAD = b"code,name_en,category,unit\nB-1,Bolt,RM,PCS\nB-2,Nut,RM,NOPE\n"


@pytest.fixture(autouse=True)
def everything_is_large(monkeypatch):
    monkeypatch.setattr(importing, "AT_ONCE", 10)


@pytest.fixture
def steward(world):
    return world.person("steward")


def items(world):
    return list(Item.objects.filter(group=world.group).order_by("code").values_list("code", flat=True))


def carried_out(person, reply):
    """The job that an import answered with, after a worker has taken it."""
    assert (reply.status, list(reply.body)) == (202, ["job"])
    running.carry_out(run_id=reply.body["job"])
    return person.get(f"jobs/{reply.body['job']}").body


def test_the_job_answers_what_the_import_at_once_would(world, steward, monkeypatch):
    for sent in (GOOD, BAD):
        monkeypatch.setattr(importing, "AT_ONCE", 10_000)
        at_once = steward.upload(PATH, "x.csv", sent).body
        monkeypatch.setattr(importing, "AT_ONCE", 10)
        tried = carried_out(steward, steward.upload(PATH, "x.csv", sent))
        assert (tried["state"], tried["label"], tried["result"]) == ("succeeded", "Import", at_once)
    assert [(e["code"], e["cell"]) for e in at_once["errors"]] == [("reference.unknown", "D3")]
    assert items(world) == []
    saved = carried_out(steward, steward.upload(PATH, "x.csv", GOOD, dry_run="0"))
    assert (saved["done"], saved["total"], saved["message"]) == (2, 3, "Checking 2 records")
    assert (saved["result"]["saved"], saved["result"]["created"], items(world)) == (True, 2, ["B-1", "B-2"])
    events = AuditEvent.objects.filter(group=world.group, type="masterdata.item").values_list("actor_id", "via")
    assert list(events) == [(steward.user.pk, "job")] * 2
    assert JobFile.objects.filter(group=world.group).count() == 0


def test_the_same_key_asks_for_one_job(world, steward):
    first, again = (steward.upload(PATH, "x.csv", GOOD, key="k", dry_run="0") for _time in range(2))
    assert first.body == again.body
    assert JobRun.objects.filter(group=world.group).count() == 1
    assert steward.upload(PATH, "x.csv", BAD, key="k", dry_run="0").codes == ["idempotency.reused"]


def test_a_stopped_import_saves_nothing(world, steward, monkeypatch):
    waiting = steward.upload(PATH, "x.csv", GOOD, dry_run="0").body["job"]
    assert steward.post(f"jobs/{waiting}/cancel").body["state"] == "cancelled"
    running.carry_out(run_id=waiting)
    real = importing.tables.import_entries

    def stopped_meanwhile(command, *given):
        done = real(command, *given)
        JobRun.objects.filter(group=world.group).update(cancel_asked=True)
        return done

    monkeypatch.setattr(importing.tables, "import_entries", stopped_meanwhile)
    at_last = carried_out(steward, steward.upload(PATH, "x.csv", GOOD, dry_run="0"))
    assert (at_last["state"], at_last["result"], items(world)) == ("cancelled", None, [])
    assert JobFile.objects.filter(group=world.group).count() == 0


def test_who_lost_the_right_meanwhile_imports_nothing_and_others_do_not_see_it(world, steward):
    asked = steward.upload(PATH, "x.csv", GOOD, dry_run="0")
    assert world.person("auditor").get(f"jobs/{asked.body['job']}").status == 404
    RoleAssignment.objects.filter(user=steward.user).delete()
    assign(world.group, steward.user, "buyer")
    running.carry_out(run_id=asked.body["job"])
    seen = JobRun.objects.get(pk=asked.body["job"])
    assert (seen.state, seen.result, items(world)) == ("failed", None, [])
    assert "import" in seen.error
    assert world.person("buyer").upload(PATH, "x.csv", GOOD).codes == ["permission.denied"]
    assert JobRun.objects.filter(group=world.group).count() == 1


def test_a_file_that_cannot_be_read_fails_with_its_reason_in_the_askers_language(world, steward):
    steward.language = "zh-Hans"
    seen = carried_out(steward, steward.upload(PATH, "x.xlsx", b"PK\x03\x04 not a workbook at all"))
    assert (seen["state"], seen["label"]) == ("failed", "导入")
    assert seen["error"] == "文件已损坏。"


def test_an_integration_waits_for_its_answer(world, steward):
    secret = "jw-test-secret-import"
    digest = hashlib.sha256(secret.encode()).hexdigest()
    ApiKey.objects.create(group=world.group, user=steward.user, name="in", secret_sha256=digest, scopes=[])
    reply = Client().post(
        f"/api/v1/{PATH}",
        {"file": SimpleUploadedFile("x.csv", GOOD), "dry_run": "0"},
        headers={"authorization": f"Bearer {secret}", "idempotency-key": "a"},
    )
    assert (reply.status_code, json.loads(reply.content)["created"]) == (200, 2)
    assert JobRun.objects.filter(group=world.group).count() == 0
