"""Rows for every table of any version of the schema, so that a migration has something to lose."""

from __future__ import annotations

import re
import sqlite3
from typing import Any

ROWS = 2


def fill(connection: sqlite3.Connection) -> None:
    """Put rows into each table that has none, by what the schema itself says: types, references and checks."""
    connection.execute("PRAGMA foreign_keys = ON")
    known = "SELECT name, sql FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    tables = {str(name): str(sql) for name, sql in connection.execute(known)}
    empty = {name for name in tables if connection.execute(f"SELECT 1 FROM {name} LIMIT 1").fetchone() is None}
    while empty:
        ready = {name for name in empty if not {row[2] for row in _references(connection, name)} & empty - {name}}
        assert ready, f"each of these tables refers to another one of them: {empty}"
        for name in sorted(ready):
            for row in range(1, ROWS + 1):
                values = _row(connection, name, tables[name], row)
                places = ", ".join(f":{one}" for one in values)
                connection.execute(f"INSERT INTO {name} ({', '.join(values)}) VALUES ({places})", values)
        empty -= ready


def _references(connection: sqlite3.Connection, table: str) -> list[Any]:
    return connection.execute(f"PRAGMA foreign_key_list({table})").fetchall()


def _row(connection: sqlite3.Connection, table: str, sql: str, row: int) -> dict[str, Any]:
    named = {found[3]: found[2] for found in _references(connection, table)}
    values: dict[str, Any] = {}
    for _, column, kind, *_ in connection.execute(f"PRAGMA table_info({table})").fetchall():
        if column in named:
            if named[column] != table:
                # A reference names the other table's first column, its key.
                other = connection.execute(f"SELECT * FROM {named[column]} LIMIT 1 OFFSET ?", (row - 1,)).fetchone()
                values[column] = other[0]
        elif allowed := re.search(rf"CHECK \({column} IN \(('?)([\w-]+)", sql):
            values[column] = allowed[2] if allowed[1] else int(allowed[2])
        elif least := re.search(rf"CHECK \({column} (?:BETWEEN|>=?) (\d+)", sql):
            values[column] = int(least[1]) + row
        elif above := re.search(rf"CHECK \({column} > (\w+)", sql):
            values[column] = values[above[1]] + 1
        else:
            values[column] = {"INTEGER": row, "TEXT": f"{column} {row}", "REAL": row / 4, "BLOB": b"\0\xff" * row}[kind]
    return values
