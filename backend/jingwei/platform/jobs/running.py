"""Running jobs: queued in the asker's transaction by procrastinate, carried out by a worker, seen in the corner."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from django.db import connection, transaction
from django.utils import translation
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app

from jingwei.platform.documents.catalogue import catalogue
from jingwei.platform.documents.command import Command
from jingwei.platform.errors import Refusal
from jingwei.platform.identity.actor import Actor
from jingwei.platform.identity.authentication import rights_of
from jingwei.platform.jobs.declare import Job
from jingwei.platform.models import JobFile, JobRun, JobState

log = logging.getLogger("jingwei.job")


class Cancelled(Exception):
    """Somebody asked the job to stop."""


class Progress:
    """How far a running job is; written outside the job's own transactions, so that everybody sees it at once."""

    def __init__(self, run_id: int) -> None:
        self.run_id = run_id

    def at(self, done: int, total: int | None = None, message: str = "") -> None:
        """Report progress. Raises Cancelled once cancellation was asked for."""
        rows = JobRun.objects.filter(pk=self.run_id)
        rows.update(done=done, message=message[:300], **({} if total is None else {"total": total}))
        self.look()

    def file(self) -> bytes:
        """The file that the job was asked for with."""
        return bytes(JobFile.objects.values_list("content", flat=True).get(run_id=self.run_id))

    def look(self) -> None:
        """Raises Cancelled once cancellation was asked for; also inside a transaction, where nothing could be told."""
        if JobRun.objects.filter(pk=self.run_id, cancel_asked=True).exists():
            raise Cancelled


def find(key: str) -> Job:
    """The declared job."""
    return next(job for job in catalogue.jobs if job.key == key)


def queue(command: Command, key: str, inputs: Mapping[str, Any], file: bytes | None = None) -> JobRun:
    """Ask for a job: it exists when the command commits, not when it is refused; its file is gone when it has ended."""
    job, actor = find(key), command.actor
    if job.permission is not None:
        actor.need(job.permission)
    run = JobRun.objects.create(
        group_id=actor.group_id,
        key=key,
        inputs=dict(inputs),
        requested_by_id=actor.user_id,
        company_ref=actor.company_id,
        language=actor.language,
        created_at=command.at,
    )
    if file is not None:
        JobFile.objects.create(group_id=actor.group_id, run=run, content=file)
    carry_out.defer(run_id=run.pk)
    return run


@app.task(name="jingwei.carry_out", queue="jobs")
def carry_out(run_id: int) -> None:
    """Carry out one queued run, as the one who asked for it and with the rights they have now."""
    run = JobRun.objects.get(pk=run_id)
    claimed = JobRun.objects.filter(pk=run_id, state=JobState.QUEUED, cancel_asked=False)
    try:
        if claimed.update(state=JobState.RUNNING):
            with translation.override(run.language):
                _work(run)
        else:
            JobRun.objects.filter(pk=run_id, state=JobState.QUEUED).update(state=JobState.CANCELLED)
    finally:
        JobFile.objects.filter(group_id=run.group_id, run_id=run_id).delete()


def _work(run: JobRun) -> None:
    try:
        _end(run.pk, JobState.SUCCEEDED, result=find(run.key).run(_actor(run), run.inputs, Progress(run.pk)))
    except Cancelled:
        _end(run.pk, JobState.CANCELLED)
    except Refusal as refusal:
        _end(run.pk, JobState.FAILED, error="\n".join(str(p.message) for p in refusal.problems[:20]))
    except Exception:
        log.exception("job failed", extra={"job": run.key, "run": run.pk})
        _end(run.pk, JobState.FAILED, error=_("The job failed; the log has the cause under run %s.") % run.pk)
        raise


def _actor(run: JobRun) -> Actor:
    rights = rights_of(run.requested_by_id, run.group_id, fresh=True)
    return Actor(
        user_id=rights.user_id,
        name=rights.name,
        group_id=run.group_id,
        company_id=run.company_ref,
        companies=frozenset(rights.companies),
        grants=rights.grants,
        via="job",
        request_id=f"job-{run.pk}",
        language=run.language,
        principal=f"user:{rights.user_id}",
    )


def _end(run_id: int, state: JobState, *, result: Any = None, error: str = "") -> None:
    JobRun.objects.filter(pk=run_id).update(
        state=state, result=result, error=error[:4000], finished_at=datetime.now(UTC)
    )


# A worker tells every 10 seconds that it is there.
_ABANDONED = """
UPDATE job_run SET state = 'failed', finished_at = now() WHERE state = 'running' AND NOT EXISTS (
    SELECT 1 FROM procrastinate_jobs queued JOIN procrastinate_workers worker ON worker.id = queued.worker_id
    WHERE queued.status = 'doing' AND queued.args ->> 'run_id' = job_run.id::text
    AND worker.last_heartbeat > now() - interval '60 seconds')
RETURNING id, language
"""


def end_abandoned() -> int:
    """End runs whose worker is gone, as failed; how many there were. What they had not committed is not there."""
    with connection.cursor() as cursor:
        cursor.execute(_ABANDONED)
        found = cursor.fetchall()
    for id, language in found:
        with translation.override(language):
            message = _("The worker stopped before the job was done; ask for it again.")
        JobRun.objects.filter(pk=id).update(error=message)
        JobFile.objects.filter(run_id=id).delete()
    return len(found)


def cancel(actor: Actor, run_id: int) -> JobRun | None:
    """Ask a run to stop; a queued one never starts."""
    with transaction.atomic():
        run = JobRun.objects.select_for_update().filter(group_id=actor.group_id, pk=run_id).first()
        if run is not None and run.state in (JobState.QUEUED, JobState.RUNNING):
            run.cancel_asked = True
            if run.state == JobState.QUEUED:
                run.state, run.finished_at = JobState.CANCELLED, datetime.now(UTC)
            run.save(update_fields=["cancel_asked", "state", "finished_at"])
    return run


__all__ = ["Cancelled", "Progress", "cancel", "carry_out", "end_abandoned", "find", "queue"]
