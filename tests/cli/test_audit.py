"""`audit verify` walks the chain and says with its exit code whether it is whole."""

from sqlalchemy import create_engine, text

from tests.cli.commands import Shell


def test_a_whole_log_exits_with_nought(district: Shell) -> None:
    assert district("audit", "verify") == (0, "the audit log is whole\n", "")


def test_a_broken_log_exits_with_one_and_names_the_entry(district: Shell) -> None:
    engine = create_engine(f"sqlite:///{district.data_dir / 'matchmaker.db'}")
    with engine.begin() as connection:
        connection.execute(text("UPDATE audit_entries SET actor = 'nobody' WHERE number = 17"))
    engine.dispose()
    assert district("audit", "verify") == (1, "", "the audit log is broken at entry 17\n")
