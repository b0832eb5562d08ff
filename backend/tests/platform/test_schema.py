"""The tables as the database has them: every tenant table carries what tenancy needs."""

import pytest
from django.apps import apps
from django.db import connection

from jingwei.platform.models import GLOBAL_TABLES, Currency
from jingwei.platform.models.base import TenantModel


def rows(sql: str, *params: object) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall()


def test_tables_without_a_group_are_the_short_fixed_list():
    ours = {m._meta.db_table for m in apps.get_models() if m.__module__.startswith("jingwei.")}
    tenant = {m._meta.db_table for m in apps.get_models() if issubclass(m, TenantModel)}
    assert ours - tenant == GLOBAL_TABLES


def test_every_foreign_key_between_tenant_tables_is_composite_with_the_group():
    tenant = {m._meta.db_table for m in apps.get_models() if issubclass(m, TenantModel)}
    keys = rows(
        "SELECT conrelid::regclass::text, confrelid::regclass::text, conname, array_length(conkey, 1) "
        "FROM pg_constraint WHERE contype = 'f'"
    )
    inside = [k for k in keys if k[0] in tenant and k[1] in tenant]
    declared = {c.name for m in apps.get_models() for c in m._meta.constraints if type(c).__name__ == "TenantReference"}
    assert {k[2] for k in inside} == declared
    assert [k for k in inside if k[3] != 2] == []
    assert [k for k in keys if k[0] in GLOBAL_TABLES and k[1] in tenant] == []


def test_currencies_are_those_of_iso_4217_with_their_decimals():
    assert Currency.objects.get(code="JPY").decimals == 0
    assert Currency.objects.get(code="KWD").decimals == 3
    assert Currency.objects.get(code="CNY").name_zh == "人民币"


def test_every_unique_rule_of_a_tenant_table_includes_the_group():
    tenant = {m._meta.db_table for m in apps.get_models() if issubclass(m, TenantModel)}
    unique = rows(
        "SELECT i.indrelid::regclass::text, i.indexrelid::regclass::text, EXISTS (SELECT FROM pg_attribute a "
        "WHERE a.attrelid = i.indrelid AND a.attnum = ANY(i.indkey) AND a.attname = 'group_id') "
        "FROM pg_index i WHERE i.indisunique AND NOT i.indisprimary"
    )
    without = {name for table, name, grouped in unique if table in tenant and not grouped}
    assert {n for n in without if not n.endswith("_company_key")} == set(), "(company, id) is the target of references"


def test_the_group_of_a_row_cannot_be_changed(world):
    from django.db import IntegrityError, transaction

    from tests.support.world import new_world

    other = new_world().group.pk
    with pytest.raises(IntegrityError) as refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE unit SET group_id = %s WHERE group_id = %s", [other, world.group.pk])
    assert refused.value.__cause__.diag.constraint_name == "group_immutable"
