"""Small made-up workbooks in the published layout, and an obvious way to compare what was put into them."""

from openpyxl import Workbook

MONTHS = ["Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec", "Jan", "Feb", "Mar"]
KEYS = ["Region", "Org Code", "Provider name", "Modality"]
CT, MRI = "Computerized Axial Tomography", "Magnetic Resonance Imaging"
TITLES = {
    "1": "Count of Imaging Activity by Modality",
    "2": "Median number of days from 'Date of Test Request' to 'Date of Test' by Modality",
    "4": "Count of Imaging Activity, Using Groups of Tests",
    "9": "Number of days from request to test",
    "11": "Count of Imaging Activity by Modality and Patient source setting",
}
NOTES = [["Notes:"], ["1. England totals may differ."], ["Key"], ["* = suppression: values of less than 3"]]


def england(*values, label=CT):
    return ["-", "-", "ENGLAND", label, *values]


def row(code, *values, label=CT, region="Y56", name=None):
    return [region, code, name or f"Provider {code}", label, *values]


def save(
    folder,
    rows,
    *,
    number="1",
    columns=("Apr", "May", "Year to date"),
    keys=KEYS,
    groups=(),
    header_row=13,
    sheet="Provider",
    name=None,
    **block,
):
    """Write a workbook of one table into a folder, which is returned; `block` changes lines of the title block."""
    folder.mkdir(parents=True, exist_ok=True)
    book = Workbook()
    book.active.title = "Title page"
    book.active["A4"] = "Diagnostic Imaging Dataset statistics"
    data = book.create_sheet(sheet)
    lines = {
        "Title": f"Table {number} DID - {TITLES.get(number, 'A table')}",
        "Period": "2022/23",
        "Basis": "Provider",
        "Published": "20th July 2023",
        "Revised": "-",
        "Status": "Provisional",
    } | {label.capitalize(): text for label, text in block.items()}
    for at, (label, text) in enumerate(lines.items(), 2):
        put(data, at, [f"{label}:", text])
    put(data, header_row - 1, ["Provider Level Data", *[None] * (len(keys) - 1), *groups])
    put(data, header_row, [*keys, *columns])
    body = [each for group in (rows[:1], [[]], rows[1:], [[]], NOTES) for each in group]
    for at, cells in enumerate(body, header_row + 1):
        put(data, at, cells)
    book.save(folder / (name or f"DID-Table-{number}-2022-23.xlsx"))
    return folder


def put(sheet, at, cells):
    for column, value in enumerate(cells, 2):
        if value is not None:
            sheet.cell(at, column, value)


def silent(step):
    """Take a step in silence."""


def kinds_one_by_one(old, new):
    """What differs in two grids of values by key, compared one by one: kind, key, old and new value.

    A grid is a mapping of keys to lists of cells as they are put into a sheet.
    """
    nothing = (None, "", ".", "-")
    found = []
    for key in sorted({*old, *new}):
        if key not in old:
            found.append(("row appeared", key))
        elif key not in new:
            found.append(("row gone", key))
        else:
            for place, (was, became) in enumerate(zip(old[key], new[key], strict=True)):
                was, became = (None if each in nothing else each for each in (was, became))
                if was == became:
                    continue
                numbers = [isinstance(each, (int, float)) for each in (was, became)]
                if all(numbers):
                    kind = "revision"
                elif any(numbers) and "*" in (was, became):
                    kind = "suppression"
                else:
                    kind = "data"
                found.append((kind, key, place, was, became))
    return found
