"""Long work: asked for in a transaction, carried out by a worker with the asker's rights, seen, stopped, explained."""

from __future__ import annotations

import pytest
from django.db import connection, transaction

from jingwei.platform.documents.catalogue import catalogue
from jingwei.platform.documents.command import run
from jingwei.platform.errors import Problem, Refusal
from jingwei.platform.jobs import running
from jingwei.platform.jobs.declare import Job
from jingwei.platform.models import JobRun


def count_up(actor, inputs, progress):
    """Count to `to`; refused at 13."""
    for number in range(1, inputs["to"] + 1):
        progress.at(number, inputs["to"], f"{number} of {inputs['to']}")
        if number == 13:
            raise Refusal(Problem("unlucky", "Thirteen is not counted."))
        if number == 66:
            raise RuntimeError("nobody expected this")
    return {"counted": inputs["to"], "by": actor.user_id}


@pytest.fixture
def counting():
    former = catalogue.jobs
    catalogue.jobs = (Job(key="test.count", label="Count", permission="masterdata.item.create", run=count_up),)
    yield
    catalogue.jobs = former


def asked(person, world, to):
    actor = world.acting(person)
    return run(actor, lambda command: running.queue(command, "test.count", {"to": to}))


def waiting(job):
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE args->>'run_id' = %s", [str(job.pk)])
        return cursor.fetchone()[0]


def test_a_job_runs_as_its_asker_and_tells_how_far_it_is(world, counting):
    steward = world.person("steward")
    job = asked(steward, world, 5)
    assert (waiting(job), steward.get(f"jobs/{job.pk}").body["state"]) == (1, "queued")
    running.carry_out(run_id=job.pk)
    seen = steward.get(f"jobs/{job.pk}").body
    assert (seen["state"], seen["done"], seen["total"], seen["message"]) == ("succeeded", 5, 5, "5 of 5")
    assert seen["result"] == {"counted": 5, "by": steward.user.pk}
    running.carry_out(run_id=job.pk)
    assert steward.get(f"jobs/{job.pk}").body == seen, "a job delivered twice runs once"


def test_a_refused_and_a_broken_job_say_why(world, counting):
    steward = world.person("steward")
    refused, broken = asked(steward, world, 20), asked(steward, world, 13 * 6)
    running.carry_out(run_id=refused.pk)
    seen = steward.get(f"jobs/{refused.pk}").body
    assert (seen["state"], seen["error"], seen["done"]) == ("failed", "Thirteen is not counted.", 13)
    JobRun.objects.filter(pk=broken.pk).update(inputs={"to": 5, "wrong": 1}, key="test.count")
    catalogue.jobs = (
        Job(key="test.count", label="Count", permission="masterdata.item.create", run=lambda a, i, p: 1 / 0),
    )
    with pytest.raises(ZeroDivisionError):
        running.carry_out(run_id=broken.pk)
    assert "log has the cause" in steward.get(f"jobs/{broken.pk}").body["error"]


def test_a_cancelled_job_never_starts_and_a_running_one_stops(world, counting):
    steward = world.person("steward")
    queued = asked(steward, world, 5)
    assert steward.post(f"jobs/{queued.pk}/cancel").body["state"] == "cancelled"
    running.carry_out(run_id=queued.pk)
    assert steward.get(f"jobs/{queued.pk}").body["done"] == 0
    started = asked(steward, world, 5)
    JobRun.objects.filter(pk=started.pk).update(cancel_asked=True, state="queued")
    running.carry_out(run_id=started.pk)
    assert steward.get(f"jobs/{started.pk}").body["state"] == "cancelled"


def test_who_may_not_ask_and_a_rolled_back_ask_leave_no_job(world, counting):
    with pytest.raises(Refusal) as denied:
        asked(world.person("auditor"), world, 5)
    assert denied.value.problems[0].code == "permission.denied"
    actor = world.acting(world.person("steward"))

    def refused(command):
        running.queue(command, "test.count", {"to": 1})
        raise Refusal(Problem("no", "No."))

    with pytest.raises(Refusal), transaction.atomic():
        run(actor, refused)
    assert JobRun.objects.filter(group=world.group).count() == 0


def test_others_do_not_see_it(world, counting):
    job = asked(world.person("steward"), world, 1)
    assert world.person("auditor").get(f"jobs/{job.pk}").status == 404


def test_a_job_whose_worker_is_gone_ends_as_failed(world, counting):
    steward = world.person("steward", language="zh-Hans")
    lost, kept = asked(steward, world, 5), asked(steward, world, 5)
    JobRun.objects.filter(pk__in=(lost.pk, kept.pk)).update(state="running", language="zh-Hans")
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now()), (now() - interval '2 min')")
        cursor.execute("SELECT id FROM procrastinate_workers ORDER BY last_heartbeat DESC LIMIT 2")
        for job, (worker,) in zip((kept, lost), cursor.fetchall(), strict=True):
            cursor.execute(
                "UPDATE procrastinate_jobs SET status = 'doing', worker_id = %s WHERE args->>'run_id' = %s",
                [worker, str(job.pk)],
            )
    assert running.end_abandoned() == 1
    assert steward.get(f"jobs/{kept.pk}").body["state"] == "running"
    seen = steward.get(f"jobs/{lost.pk}").body
    assert (seen["state"], seen["error"]) == ("failed", "后台进程中途停止，任务未完成；请重新发起。")
    assert running.end_abandoned() == 0
