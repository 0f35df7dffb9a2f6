"""Official files into the store: rows in, rows of the tables out; copy over copy; the same bytes again."""

from datetime import date

import polars as pl
import pytest

from publish.errors import InputRefused, UsageError
from publish.reference.columns import COLUMNS
from publish.reference.store import import_reference
from publish.reference.tables import load_reference
from tests.reference.official import ods, practice, site, trust, written


@pytest.fixture
def store(tmp_path):
    return tmp_path / "reference-data"


@pytest.fixture
def into(store):
    """Import files one after the other; the reference data then."""

    def imported(*files):
        for kind, file in files:
            import_reference(kind, file, store)
        return load_reference(store)

    return imported


def rows_of(table: pl.DataFrame, *columns: str) -> list[tuple]:
    """The rows as text, dates as ISO, nothing as `-`: the columns named, or all."""
    chosen = table.select(columns or table.columns).select(pl.all().cast(pl.String).fill_null("-"))
    return chosen.rows()


def content(folder) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir()}


def test_trusts_become_organisations(into, tmp_path):
    file = ods(tmp_path, "etr.csv", trust("RRP", "BARNET", closed="20241031"), trust("RAL", "ROYAL FREE"))
    reference = into(("etr", file))
    assert rows_of(reference.organisations) == [
        ("RAL", "ROYAL FREE", "etr", "1991-04-01", "-"),
        ("RRP", "BARNET", "etr", "1991-04-01", "2024-10-31"),
    ]
    assert reference.complete == {"etr"}
    assert [(each.kind, each.file, each.earliest, each.latest) for each in reference.imports] == [
        ("etr", "etr.csv", "1991-04-01", "2024-10-31")
    ]


NEWER_STATUS = {"status": "ACTIVE", "setting": "RO76"}
OLDER_STATUS = {"status": "A", "setting": "4"}
BOTH_STRETCHES = [("F85678", "07X", "2013-04-01", "2020-03-31"), ("F85678", "93C", "2020-04-01", "-")]


@pytest.mark.parametrize("order", [("older", "newer"), ("newer", "older"), ("older", "newer", "older", "newer")])
def test_a_practice_that_moved_commissioner_has_both_stretches(into, tmp_path, order):
    """Whatever the order in which an older copy (old letters) and a newer one are imported."""
    files = {
        "older": ods(tmp_path, "epraccur-2019.csv", practice("F85678", "07X", "20130401", **OLDER_STATUS)),
        "newer": ods(tmp_path, "epraccur-2026.csv", practice("F85678", "93C", "20200401", **NEWER_STATUS)),
    }
    reference = into(*(("epraccur", files[age]) for age in order))
    assert rows_of(reference.parents) == BOTH_STRETCHES
    assert rows_of(reference.organisations) == [("F85678", "PRACTICE F85678", "epraccur", "1974-04-01", "-")]
    assert [each.file for each in reference.imports] == ["epraccur-2019.csv", "epraccur-2026.csv"]


def test_a_newer_copy_closes_what_an_older_one_left_open(into, tmp_path):
    open_then = ods(tmp_path, "a.csv", practice("A81003", "00K", "20130401"))
    closed_since = ods(
        tmp_path, "b.csv", practice("A81003", "00K", "20130401", "20171031", closed="20171031", status="INACTIVE")
    )
    for order in ((open_then, closed_since), (closed_since, open_then)):
        reference = into(*(("epraccur", file) for file in order))
        assert rows_of(reference.parents) == [("A81003", "00K", "2013-04-01", "2017-10-31")]
        assert rows_of(reference.organisations, "valid_to") == [("2017-10-31",)]


def test_what_only_the_older_copy_has_stays(into, tmp_path):
    older = ods(tmp_path, "a.csv", practice("A81001", "16C", "20200401"), practice("A81002", "16C", "20200401"))
    newer = ods(tmp_path, "b.csv", practice("A81001", "16C", "20200401"), practice("A81009", "16C", "20240401"))
    reference = into(("epraccur", older), ("epraccur", newer))
    assert rows_of(reference.parents, "org_code") == [("A81001",), ("A81002",), ("A81009",)]


def test_sites_go_into_the_contract_with_their_trusts(into, tmp_path):
    """A site before it joined its trust was there, its trust unknown; an English region means England."""
    file = ods(tmp_path, "ets.csv", site("RF401", "RF4"), site("RH802", "RH8", "20220401"), site("TWX01", "TWX"))
    reference = into(("ets", file))
    columns = ("site_code", "org_code", "region_code", "country", "valid_from", "valid_to")
    assert rows_of(reference.sites, *columns) == [
        ("RF401", "RF4", "Y56", "E92000001", "1995-04-01", "-"),
        ("RH802", "-", "Y56", "E92000001", "1995-04-01", "2022-03-31"),
        ("RH802", "RH8", "Y56", "E92000001", "2022-04-01", "-"),
        ("TWX01", "TWX", "Y56", "E92000001", "1995-04-01", "-"),
    ]
    assert rows_of(reference.parents)[1] == ("RH802", "RH8", "2022-04-01", "-")
    assert reference.complete == {"ets"}


def test_a_site_whose_trust_merged_has_both_trusts(into, tmp_path):
    older = ods(tmp_path, "a.csv", site("RBZ01", "RBZ", "20000401"))
    newer = ods(tmp_path, "b.csv", site("RBZ01", "RH8", "20220401"))
    for order in ((older, newer), (newer, older)):
        assert rows_of(into(*(("ets", file) for file in order)).sites, "org_code", "valid_from", "valid_to") == [
            ("-", "1995-04-01", "2000-03-31"),
            ("RBZ", "2000-04-01", "2022-03-31"),
            ("RH8", "2022-04-01", "-"),
        ]


HOSPITALS = (
    "OrganisationCode,OrganisationName,ParentODSCode,ParentName,Postcode,LocalAuthority\n"
    "RF401,SITE RF401 OF THE LIST,RF4,A TRUST,N1 1AA,E08000012\n"
    "7A1A1,YSBYTY GLAN CLWYD,7A1,A BOARD,LL18 5UJ,W06000003\n"
)


@pytest.mark.parametrize("order", [("ets", "hospital-sites"), ("hospital-sites", "ets")])
def test_the_list_of_hospitals_is_a_part_and_gives_way(into, tmp_path, order):
    files = {
        "ets": ods(tmp_path, "ets.csv", site("RF401", "RF4")),
        "hospital-sites": written(tmp_path, "hospitals.csv", HOSPITALS),
    }
    reference = into(*((kind, files[kind]) for kind in order))
    assert rows_of(reference.sites, "site_code", "site_name", "country", "valid_from") == [
        ("7A1A1", "YSBYTY GLAN CLWYD", "W92000004", "-"),
        ("RF401", "SITE RF401", "E92000001", "1995-04-01"),
    ]
    assert rows_of(reference.organisations, "org_code", "kind") == [("7A1A1", "hospital-sites"), ("RF401", "ets")]
    assert reference.complete == {"ets"}
    assert into(("hospital-sites", files["hospital-sites"])).complete == {"ets"}


def test_own_sites_stay_beside_the_list_of_hospitals(into, store, tmp_path):
    store.mkdir()
    own = "RF401,My name,RF4,Y56,QMF,N1 1AA,E92000001,2010-04-01,\n"
    (store / "Sites.csv").write_text(",".join(COLUMNS["sites"]) + "\n" + own)
    assert load_reference(store).complete == {"sites"}
    reference = into(("hospital-sites", written(tmp_path, "hospitals.csv", HOSPITALS)))
    assert rows_of(reference.sites, "site_code", "site_name") == [
        ("7A1A1", "YSBYTY GLAN CLWYD"),
        ("RF401", "My name"),
    ]
    assert reference.complete == frozenset()
    assert sorted(file.name for file in store.iterdir()) == ["organisations.csv", "sites.csv", "sources.csv"]


def test_a_general_file_gives_way_to_one_of_its_own_kind(into, tmp_path):
    general = ods(tmp_path, "any.csv", trust("RAL", "ROYAL FREE OF ANY"), trust("8AB12", "A HOSPICE"))
    trusts = ods(tmp_path, "etr.csv", trust("RAL", "ROYAL FREE"))
    for order in ((("ods", general), ("etr", trusts)), (("etr", trusts), ("ods", general))):
        assert rows_of(into(*order).organisations, "org_code", "org_name", "kind") == [
            ("8AB12", "A HOSPICE", "ods"),
            ("RAL", "ROYAL FREE", "etr"),
        ]


@pytest.mark.parametrize(
    "text",
    [
        '"RW6","R0A","M","20211001"\n"RW6","RM3","M","20211001"\n"RXH","RXH","","20210401"\n',
        "old_code,new_code,date\nRW6,R0A,2021-10-01\nRW6,RM3,2021-10-01\nRXH,RXH,2021-04-01\n",
        "old_code,new_code,effective,evidence\nRW6,R0A,2021-10-01,x\nRW6,RM3,2021-10-01,x\nRYK,,2024-10-01,x\n",
    ],
)
def test_successions_with_and_without_a_heading(into, tmp_path, text):
    reference = into(("successions", written(tmp_path, "succ.csv", text)))
    known = load_reference().successions
    of_trusts = reference.successions.filter(pl.col("predecessor").is_in(["RW6", "RYK"]))
    assert rows_of(of_trusts) == [("RW6", "R0A", "2021-10-01", "-"), ("RW6", "RM3", "2021-10-01", "-")]
    assert reference.successions.height == known.height


def test_commissioners_keep_the_regions_of_their_days(into, tmp_path):
    """The file has neither regions nor ends: both stay as they are known; a new one has those of its board."""
    heading = "commissioner_code,commissioner_name,status,operational_start_date,legal_start_date,successor_code,"
    text = heading + (
        "parent_icb_code\n07X,NHS ENFIELD CCG,Inactive,2011-12-13,2013-04-01,93C,\n"
        "93C,NORTH LONDON RENAMED,Active,2019-10-23,2020-04-01,,QMJ\nNEW,A NEW PLACE,Active,,2024-04-01,,QKK\n"
    )
    reference = into(("commissioners", written(tmp_path, "commissioners.csv", text)))
    found = reference.commissioners.filter(pl.col("commissioner_code").is_in(["07X", "93C", "NEW"]))
    assert rows_of(found) == [
        ("07X", "NHS ENFIELD CCG", "-", "-", "-", "2013-04-01", "2018-03-31"),
        ("07X", "NHS Enfield CCG", "E38000057", "Y56", "-", "2018-04-01", "2020-03-31"),
        ("93C", "NHS North Central London CCG", "E38000240", "Y56", "-", "2020-04-01", "2022-06-30"),
        ("93C", "NORTH LONDON RENAMED", "E38000240", "Y56", "QMJ", "2022-07-01", "2026-03-31"),
        ("93C", "NHS NORTH CENTRAL LONDON ICB - 93C", "E38000240", "Y56", "Z9B2Z", "2026-04-01", "-"),
        ("NEW", "A NEW PLACE", "-", "Y56", "QKK", "2024-04-01", "-"),
    ]


def test_a_board_with_two_ons_codes_has_two_rows(into, tmp_path):
    text = (
        "icb_code,ons_code,name,start_date,end_date,region_code\n"
        "QRL,E54000042 (to 2026-03-31); E54000067 (from 2026-04-01),HAMPSHIRE,2022-07-01,,Y59\n"
        "QMJ,E54000028,NORTH CENTRAL,2022-07-01,2026-03-31,Y56\n"
    )
    reference = into(("icbs", written(tmp_path, "icbs.csv", text)))
    assert rows_of(reference.icbs.filter(pl.col("icb_code").is_in(["QRL", "QMJ"]))) == [
        ("QMJ", "E54000028", "NORTH CENTRAL", "Y56", "2022-07-01", "2026-03-31"),
        ("QRL", "E54000042", "HAMPSHIRE", "Y59", "2022-07-01", "2026-03-31"),
        ("QRL", "E54000067", "HAMPSHIRE", "Y59", "2026-04-01", "-"),
    ]


def test_boards_that_went_whole_or_in_parts(into, tmp_path):
    text = (
        "old_icb,new_icb,part,kind,effective\nQM7,S1Y5D,a part,main,2026-04-01\nQM7,D7T5G,a part,part,2026-04-01\n"
    )
    reference = into(("icb-changes", written(tmp_path, "changes.csv", text)))
    assert rows_of(reference.successions.filter(pl.col("predecessor") == "QM7"), "successor") == [
        ("D7T5G",),
        ("S1Y5D",),
    ]


LSOAS = "lsoa21_code,sicbl24_code,sicbl24_code_nhs,icb24_code,icb24_code_nhs,msoa21_code\n"
LSOAS += "E01000001,E38000255,A3A8R,E54000029,QMF,E02000001\n"
IMD = "lsoa21_code,IMD_decile,Income_decile\nE01000001,8.0,10.0\n"


@pytest.mark.parametrize("order", [("lsoas", "imd"), ("imd", "lsoas"), ("lsoas", "imd", "lsoas")])
def test_areas_and_their_deciles_come_from_two_files(into, tmp_path, order):
    files = {"lsoas": written(tmp_path, "l.csv.gz", LSOAS), "imd": written(tmp_path, "i.csv", IMD)}
    reference = into(*((kind, files[kind]) for kind in order))
    assert rows_of(reference.lsoas) == [("E01000001", "E02000001", "A3A8R", "E38000255", "QMF", "E54000029", "8")]


POSTCODES = "pcd7,pcds,dointr,doterm,lsoa11cd,lsoa21cd,msoa21cd,sicbl24cd,icb23cd,ctry25cd\n"
WIGAN = "WN5 8QX,wn5 8qx,198001,,E01000009,E01006214,E02001300,E38000062,E54000057,E92000001\n"
GONE = "N1  1AA,N1 1AA,198001,201502,E01000009,E01002700,E02000550,E38000240,E54000028,E92000001\n"


@pytest.mark.parametrize("name", ["onspd.csv", "onspd.csv.gz"])
@pytest.mark.parametrize("kind", ["postcodes", "ONSPD", "nspl"])
def test_postcodes_by_the_patterns_of_their_columns(into, tmp_path, kind, name):
    """Of two years the latest; months begin on their first day and end on their last."""
    reference = into((kind, written(tmp_path, name, POSTCODES + WIGAN + GONE)))
    assert rows_of(reference.postcodes.collect()) == [
        ("N1 1AA", "E01002700", "E02000550", "E38000240", "E92000001", "1980-01-01", "2015-02-28"),
        ("WN5 8QX", "E01006214", "E02001300", "E38000062", "E92000001", "1980-01-01", "-"),
    ]
    assert reference.complete == {"postcodes"}


def test_postcodes_in_older_headings(into, tmp_path):
    text = "pcd,pcds,dointr,doterm,lsoa11,msoa11,ccg,ctry\n"
    text += "WN58QX,WN5 8QX,198001,,E01006214,E02001300,E38000062,E92000001\n"
    reference = into(("postcodes", written(tmp_path, "nspl.csv", text)))
    assert reference.postcodes.collect()["lsoa"].to_list() == ["E01006214"]


def test_a_postcode_that_came_back_keeps_its_earlier_days(into, tmp_path):
    older = written(tmp_path, "a.csv", POSTCODES + GONE)
    newer = written(tmp_path, "b.csv", POSTCODES + GONE.replace("198001,201502", "201906,"))
    reference = into(("postcodes", older), ("postcodes", newer))
    assert rows_of(reference.postcodes.collect(), "valid_from", "valid_to") == [
        ("1980-01-01", "2015-02-28"),
        ("2019-06-01", "-"),
    ]


def test_local_codes_by_submitter(into, tmp_path):
    text = '{"SUBMITTER_ORGANISATION": "rk5", "LOCAL_IMAGING_CODE": "fjd", "IMAGING_CODE_NICIP": "FJSTJ"}\n'
    newer = text.replace("FJSTJ", "FLSMGT")
    reference = into(
        ("local-codes", written(tmp_path, "a.json", text)), ("local-codes", written(tmp_path, "b.json", newer))
    )
    assert rows_of(reference.local_codes) == [("RK5", "FJD", "FLSMGT")]


def test_the_same_file_again_gives_the_same_bytes(store, tmp_path):
    files = [
        ("etr", ods(tmp_path, "etr.csv", trust("RAL", "ROYAL FREE"), trust("R0A", "MANCHESTER"))),
        ("ets", ods(tmp_path, "ets.csv", site("RF401", "RF4"), site("RH802", "RH8", "20220401"))),
        ("postcodes", written(tmp_path, "onspd.csv", POSTCODES + WIGAN + GONE)),
        ("lsoas", written(tmp_path, "l.csv", LSOAS)),
    ]
    for kind, file in files:
        import_reference(kind, file, store)
    once = content(store)
    for kind, file in reversed(files):
        import_reference(kind, file, store)
    assert content(store) == once


def test_an_import_is_whole_or_not_at_all(store, tmp_path, monkeypatch):
    import_reference("etr", ods(tmp_path, "etr.csv", trust("RAL", "ROYAL FREE")), store)
    before = content(store)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("publish.reference.store._write_sources", full)
    with pytest.raises(UsageError, match="No space left"):
        import_reference("epraccur", ods(tmp_path, "e.csv", practice("A81001", "16C", "20200401")), store)
    assert content(store) == before
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_an_unknown_kind_is_a_mistake_of_usage(store, tmp_path):
    with pytest.raises(
        UsageError, match=r"'epracur' is no kind of reference file\. Did you mean 'epraccur'"
    ) as slip:
        import_reference("epracur", tmp_path / "x.csv", store)
    assert slip.value.exit_code == 2
    with pytest.raises(UsageError, match="cannot be opened"):
        import_reference("etr", tmp_path / "x.csv", store)
    with pytest.raises(UsageError, match="cannot be opened"):
        import_reference("etr", tmp_path, store)
    assert not store.exists()


def test_the_current_folder_is_not_imported_into(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    file = ods(tmp_path, "etr.csv", trust("RAL", "ROYAL FREE"))
    with pytest.raises(UsageError, match="is the current folder"):
        import_reference("etr", file, tmp_path)


TRUSTS = trust("RAL", "ROYAL FREE"), trust("R0A", "MANCHESTER")


@pytest.mark.parametrize(
    ("kind", "made", "says"),
    [
        (
            "epraccur",
            lambda at: ods(at, "f.csv", *TRUSTS),
            r"found 27 columns of trusts\. Did you mean kind 'etr'\?",
        ),
        (
            "etr",
            lambda at: ods(at, "f.csv", practice("A81001", "16C", "20200401")),
            r"found 27 columns of practices\. Did you mean kind 'epraccur'",
        ),
        ("etr", lambda at: ods(at, "f.csv", site("RF401", "RF4")), "sites of trusts. Did you mean kind 'ets'"),
        ("ephpsite", lambda at: ods(at, "f.csv", site("RF401", "RF4")), "Did you mean kind 'ets'"),
        ("ets", lambda at: ods(at, "f.csv", site("NT401", "NT4")), "Did you mean kind 'ephpsite'"),
        (
            "imd",
            lambda at: written(at, "f.csv", LSOAS),
            "found the columns lsoa21_code, .* Did you mean kind 'lsoas'",
        ),
        ("lsoas", lambda at: written(at, "f.csv", POSTCODES + WIGAN), "Did you mean kind 'postcodes'"),
        ("postcodes", lambda at: written(at, "f.csv", LSOAS), "expected a heading with pcds, dointr"),
        ("nicip", lambda at: written(at, "f.csv", HOSPITALS), "Did you mean kind 'hospital-sites'"),
        ("etr", lambda at: written(at, "f.csv", "a,b,c\n1,2,3\n"), "found the columns a, b, c"),
        ("etr", lambda at: written(at, "f.csv", "9434765919,1950-01-01\n"), "2 columns without a heading"),
        ("etr", lambda at: written(at, "f.csv", ""), "is empty"),
        ("etr", lambda at: written(at, "f.csv", " \n\n"), "is empty"),
        ("etr", lambda at: written(at, "f.csv", b"PK\x03\x04rest"), r"packed folder \(zip\)"),
        ("etr", lambda at: written(at, "f.csv", b"\x00\x01\x02"), "is no text"),
        ("etr", lambda at: written(at, "f.csv", "Ynys Môn,x\n".encode("cp1252")), "is not text in UTF-8"),
        ("etr", lambda at: written(at, "f.csv", "x" * (1 << 21)), "is no text"),
        (
            "etr",
            lambda at: written(at, "f.csv", "x," * 70_000 + '"' + "y" * 200_000 + '"\n'),
            "cannot be read as CSV|not in the layout",
        ),
        (
            "imd",
            lambda at: written(at, "f.csv", IMD + "E01000002,9"),
            "row 3 has 2 values where the first row has 3",
        ),
        ("imd", lambda at: written(at, "f.csv", IMD + 'E01000002,"9,3\n'), "row 3 cannot be read as CSV"),
        ("imd", lambda at: written(at, "f.csv", IMD.replace("8.0", "11")), "deciles that are not whole numbers"),
        ("imd", lambda at: written(at, "f.csv", IMD.splitlines()[0]), "holds no row below its heading"),
        ("icbs", lambda at: written(at, "f.csv", "icb_code,name\n"), "expected a heading with icb_code, ons_code"),
        (
            "icb-changes",
            lambda at: written(at, "f.csv", "old_icb,new_icb,effective\nQMJ,Z9B2Z,soon\n"),
            "row 1 of the data holds in effective something that is not a date",
        ),
        ("postcodes", lambda at: written(at, "f.csv", POSTCODES + WIGAN + WIGAN[:30]), "row 3 has|is cut short"),
        ("postcodes", lambda at: written(at, "f.csv", POSTCODES + WIGAN.replace("wn5 8qx", "?")), "is no postcode"),
        ("postcodes", lambda at: written(at, "f.csv", POSTCODES + WIGAN.replace("198001", "1980")), "is no month"),
        ("local-codes", lambda at: written(at, "f.json", "{nothing"), "line 1 is not a JSON object"),
        ("local-codes", lambda at: written(at, "f.json", '{"a": 1}\n{"b": 2}\n'), "line 2 is not a JSON object"),
    ],
)
def test_a_file_in_a_wrong_layout_is_refused(store, tmp_path, kind, made, says):
    with pytest.raises(InputRefused, match=says) as refusal:
        import_reference(kind, made(tmp_path), store)
    assert refusal.value.exit_code == 3
    assert refusal.value.do
    assert "9434765919" not in str(refusal.value)
    assert not store.exists()


def test_a_packed_file_that_is_cut_short_is_refused(store, tmp_path):
    file = written(tmp_path, "l.csv.gz", LSOAS * 500)
    file.write_bytes(file.read_bytes()[:-20])
    with pytest.raises(InputRefused, match="cut short or damaged"):
        import_reference("lsoas", file, store)


def test_a_folder_may_hold_only_imported_tables_and_is_the_default_one(into, tmp_path, monkeypatch):
    into(("etr", ods(tmp_path, "etr.csv", trust("RAL", "ROYAL FREE"))))
    monkeypatch.chdir(tmp_path)
    reference = load_reference()
    assert reference.organisations["org_code"].to_list() == ["RAL"]
    assert {file.table for file in reference.files if file.origin != "bundled"} == {"organisations"}


def test_a_closed_day_is_the_last_day_of_an_organisation(into, tmp_path):
    reference = into(("etr", ods(tmp_path, "etr.csv", trust("R1C", "SOLENT", "20110401", "20240930"))))
    assert reference.organisations["valid_to"].to_list() == [date(2024, 9, 30)]
