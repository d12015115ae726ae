import sqlite3

for mode in ("delete", "wal"):
    base = sqlite3.connect(f"{mode}.db")
    base.execute(f"pragma journal_mode={mode}")
    base.execute("create table numbers(a)")
    base.executemany("insert into numbers values (?)", [(1,), (2,)])
    base.commit()
    base.execute("vacuum")
    assert sqlite3.connect(f"{mode}.db").execute("select sum(a) from numbers").fetchone() == (3,)
