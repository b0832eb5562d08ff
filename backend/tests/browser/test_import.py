"""A file comes in: the dry run names the bad cell and saves nothing, the corrected file is saved whole."""

from collections.abc import Callable

from playwright.sync_api import FilePayload, expect

from tests.browser.people import Person

HEAD = "编码,中文名称,英文名称,分类,库存单位\n"


def payload(name: str, rows: str) -> FilePayload:
    return {"name": name, "mimeType": "text/csv", "buffer": (HEAD + rows).encode("gb18030")}


def test_a_csv_with_one_bad_cell_then_corrected(person: Callable[..., Person]) -> None:
    steward = person("steward", "zh-Hans")
    page = steward.page
    page.goto("/masterdata/items")
    before = int(page.get_by_test_id("list-count").inner_text())
    page.get_by_role("button", name="导入").click()
    dialog = page.get_by_role("dialog", name="导入物料")
    good, bad = "RM-7101,辐条,Spoke,RM,PCS\n", "RM-7102,轮圈,Rim,RM,{}\n"
    dialog.get_by_test_id("import-file").set_input_files(payload("物料.csv", good + bad.format("PIECE")))

    report = dialog.get_by_test_id("import-report")
    expect(report).to_contain_text("共 1 处错误")
    expect(report).to_contain_text("GB18030")
    row = report.get_by_role("row").filter(has_text="PIECE")
    expect(row.get_by_role("cell").nth(0)).to_have_text("3")
    expect(row).to_contain_text("库存单位")
    expect(row).to_contain_text("E3")
    expect(dialog.get_by_role("button", name="导入", exact=True)).to_be_disabled()
    assert steward.call("GET", "masterdata/items?search=RM-71")["rows"] == []

    dialog.get_by_test_id("import-file").set_input_files(payload("物料 2.csv", good + bad.format("PCS")))
    expect(report).to_contain_text("没有错误")
    expect(report).to_contain_text("新增 2")
    dialog.get_by_role("button", name="导入 2 行").click()
    expect(dialog.get_by_role("alert")).to_contain_text("导入完成")
    dialog.get_by_role("button", name="关闭").last.click()
    expect(page.get_by_test_id("list-count")).to_have_text(str(before + 2))
    page.goto("/masterdata/items?search=RM-71")
    table = page.get_by_role("table", name="物料")
    expect(table.get_by_role("row").filter(has_text="RM-7101")).to_contain_text("辐条")
    expect(table.get_by_role("row").filter(has_text="RM-7102")).to_contain_text("个")


def test_a_large_file_is_taken_in_by_the_worker(person: Callable[..., Person]) -> None:
    steward = person("steward", "zh-Hans")
    page = steward.page
    page.goto("/masterdata/items")
    page.get_by_role("button", name="导入").click()
    dialog = page.get_by_role("dialog", name="导入物料")
    many = "".join(f"RM-8{n:04},辐条{'长' * 60} {n},,RM,PCS\n" for n in range(2_200))
    file = payload("很多物料.csv", many)
    assert len(file["buffer"]) > 256 * 1024

    dialog.get_by_test_id("import-file").set_input_files(file)
    expect(dialog.get_by_test_id("import-progress").get_by_role("button", name="停止")).to_be_visible()
    expect(dialog.get_by_test_id("import-report")).to_contain_text("新增 2200", timeout=30_000)
    dialog.get_by_role("button", name="导入 2200 行").click()
    expect(dialog.get_by_role("alert")).to_contain_text("导入完成", timeout=30_000)
    assert steward.call("GET", "masterdata/items?search=RM-82199&count=1")["count"] == 1
    assert {job["state"] for job in steward.call("GET", "jobs")["rows"]} == {"succeeded"}
