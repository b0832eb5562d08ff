"""The job queue works with the rights of the application role alone."""

from django.db import connection, transaction


def test_a_job_is_queued_by_the_application_and_gone_with_its_transaction() -> None:
    from procrastinate.contrib.django import app

    deferrer = app.configure_task("tests.nothing", allow_unknown=True, queue="tests")
    kept = deferrer.defer()
    try:
        with transaction.atomic():
            lost = deferrer.defer()
            raise LookupError
    except LookupError:
        pass
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, status::text FROM procrastinate_jobs WHERE id IN (%s, %s)", [kept, lost])
        assert cursor.fetchall() == [(kept, "todo")]
        cursor.execute("DELETE FROM procrastinate_jobs WHERE id = %s", [kept])
