"""Routes of long work: what runs, how far it is, and stopping it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import NinjaAPI

from jingwei.platform.documents.api import actor_of
from jingwei.platform.documents.catalogue import catalogue
from jingwei.platform.documents.read import plain
from jingwei.platform.errors import not_found
from jingwei.platform.http.problems import answer
from jingwei.platform.identity.actor import Actor
from jingwei.platform.jobs import running
from jingwei.platform.models import JobRun


def job_json(run: JobRun) -> dict[str, Any]:
    """A run as its asker sees it."""
    label = next((str(job.label) for job in catalogue.jobs if job.key == run.key), run.key)
    return {
        "id": run.pk,
        "key": run.key,
        "label": label,
        "state": run.state,
        "done": run.done,
        "total": run.total,
        "message": run.message,
        "result": run.result,
        "error": run.error,
        "created_at": plain(run.created_at),
        "finished_at": plain(run.finished_at),
    }


def _own(actor: Actor, id: int) -> JobRun:
    """A run that the actor asked for, or may see by the job's permission; else 404."""
    run = JobRun.objects.filter(group_id=actor.group_id, pk=id).first()
    if run is None or (run.requested_by_id != actor.user_id and not actor.may(_permission(run.key))):
        raise not_found(_("Job"), id)
    return run


def _permission(key: str) -> str:
    return next((job.permission for job in catalogue.jobs if job.key == key), None) or "*"


def add_jobs(api: NinjaAPI) -> None:
    """Add the routes of long work."""

    @api.get("/jobs", tags=["platform"], operation_id="job_list")
    def list_jobs(request: HttpRequest) -> HttpResponse:
        actor = actor_of(request)
        rows = JobRun.objects.filter(group_id=actor.group_id).order_by("-id")[:50]
        seen = [r for r in rows if r.requested_by_id == actor.user_id or actor.may(_permission(r.key))]
        return answer({"rows": [job_json(r) for r in seen]})

    @api.get("/jobs/{int:id}", tags=["platform"], operation_id="job_get")
    def get_job(request: HttpRequest, id: int) -> HttpResponse:
        return answer(job_json(_own(actor_of(request), id)))

    @api.post("/jobs/{int:id}/cancel", tags=["platform"], operation_id="job_cancel")
    def cancel_job(request: HttpRequest, id: int) -> HttpResponse:
        actor = actor_of(request)
        _own(actor, id)
        run = running.cancel(actor, id)
        assert run is not None
        return answer(job_json(run))
