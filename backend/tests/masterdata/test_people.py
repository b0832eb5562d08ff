"""Departments and employees, as a data steward keeps them."""

from __future__ import annotations

from jingwei.masterdata.models import Department, Employee


def test_employees_have_a_department_and_a_code_of_their_own(world):
    steward = world.person("steward")
    steward.made("masterdata/departments", {"code": "RD", "name_zh": "研发中心", "name_en": "Research"})
    tools = steward.made("masterdata/departments", {"code": "TOOL", "name_en": "Tool design", "parent": "RD"})
    assert tools["parent"]["title"] == "Research"

    person = {"name_en": "Terri Duffy", "department": "TOOL", "position": "Engineer", "hired_on": "2008-01-31"}
    made = steward.made("masterdata/employees", person)
    assert (made["code"], made["department"]["number"], made["hired_on"]) == ("E00001", "TOOL", "2008-01-31")
    listed = steward.get(f"masterdata/employees?filter[department][eq]={tools['id']}").body["rows"]
    assert [r["code"] for r in listed] == ["E00001"]
    assert [r["code"] for r in steward.get("masterdata/employees?search=engineer").body["rows"]] == ["E00001"]

    steward.post(f"masterdata/departments/{tools['id']}/deactivate", version=1)
    refused = steward.post("masterdata/employees", {**person, "name_en": "Rob Walters"})
    assert (refused.status, refused.codes) == (409, ["department.blocked"])
    assert Employee.objects.filter(group=world.group).count() == 1


def test_a_department_is_never_below_itself(world):
    steward = world.person("steward")
    top = steward.made("masterdata/departments", {"code": "A", "name_en": "A"})
    middle = steward.made("masterdata/departments", {"code": "B", "name_en": "B", "parent": "A"})
    steward.made("masterdata/departments", {"code": "C", "name_en": "C", "parent": "B"})

    around = steward.patch(f"masterdata/departments/{top['id']}", {"parent": "C"}, version=1)
    assert (around.status, around.codes) == (409, ["department.cycle"])
    assert around.body["errors"][0]["message"] == "The department would stand below itself: A → C → B → A."
    itself = steward.patch(f"masterdata/departments/{middle['id']}", {"parent": "B"}, version=1)
    assert (itself.status, itself.codes) == (409, ["department.cycle"])
    parents = Department.objects.filter(group=world.group).order_by("code").values_list("parent__code", "version")
    assert list(parents) == [(None, 1), ("A", 1), ("B", 1)]


def test_what_people_keep_to_themselves_is_not_kept_here():
    """Numbers of identity papers, birthdays and pay have no place in the directory that every role may read."""
    fields = {field.name for field in Employee._meta.local_concrete_fields}
    assert fields & {"national_id", "id_number", "identity_number", "born_on", "birthday", "salary", "wage"} == set()


def test_only_the_steward_keeps_employees(world):
    steward, buyer = world.person("steward"), world.person("buyer")
    made = steward.made("masterdata/employees", {"name_en": "Terri Duffy"})
    refused = [
        buyer.post("masterdata/employees", {"name_en": "Rob Walters"}),
        buyer.patch(f"masterdata/employees/{made['id']}", {"position": "Manager"}, version=1),
        buyer.post("masterdata/departments", {"code": "X", "name_en": "X"}),
    ]
    assert [r.status for r in refused] == [403, 403, 403]
    assert buyer.get(f"masterdata/employees/{made['id']}").body["name_en"] == "Terri Duffy"
    assert list(Employee.objects.filter(group=world.group).values_list("name_en", "position")) == [("Terri Duffy", "")]
    assert not Department.objects.filter(group=world.group).exists()
