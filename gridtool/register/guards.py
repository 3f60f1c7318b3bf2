"""The guards of the register's tables, in SQLite's words and in PostgreSQL's.

They stop mistakes, and they stop a program that knows nothing of registers. Who means harm can
take them away: that is what the chains and roots are for, which `fsck` reckons again.
"""

from __future__ import annotations

from typing import Final

from gridtool.code_events import BEFORE, EVENTS, ISSUED, NEVER_SEEN, RETIRED
from gridtool.register.layout import CHAINS, CODE_EVENTS, GRID_VERSIONS, TABLES, Table

RESTORE: Final = "restore"
CODE_EVENT_STATES: Final = {**EVENTS, RESTORE: ISSUED}
CODE_EVENT_BEFORE: Final = {**BEFORE, RESTORE: (RETIRED,)}
"""The events of a code and what must have been before. ``restore`` is what a withdrawal does to a
code that was to be retired on a day that had not come."""

_FROZEN: Final = "the register is append-only"
_ORDER: Final = "a code never comes back"
_CLOSED: Final = tuple(field.name for field in GRID_VERSIONS.fields if field.name != "rev_out")


def _order_of_events() -> str:
    """Return an expression that holds when an event may follow the last one of its code."""
    last = "(SELECT event FROM code_events WHERE code = NEW.code ORDER BY seq DESC LIMIT 1)"
    cases = []
    for event, states in CODE_EVENT_BEFORE.items():
        before = [name for name, state in CODE_EVENT_STATES.items() if state in states]
        # a code never seen has no last event
        before += [""] * (NEVER_SEEN in states)
        listed = ", ".join(f"'{name}'" for name in before)
        cases.append(f"WHEN '{event}' THEN COALESCE({last}, '') IN ({listed})")
    return f"(CASE NEW.event {' '.join(cases)} ELSE 1 = 0 END)"


_ORDER_HOLDS: Final = _order_of_events()


def sqlite_guards() -> dict[str, str]:
    """Return the triggers by name."""
    made: dict[str, str] = {}

    def refuse(table: str, name: str, verb: str, words: str, when: str = "") -> None:
        condition = f"WHEN {when} " if when else ""
        made[f"{table}_{name}"] = (
            f"CREATE TRIGGER {table}_{name} BEFORE {verb} ON {table} {condition}"
            f"BEGIN SELECT RAISE(ABORT, '{words}'); END"
        )

    for table in TABLES:
        refuse(table.name, "delete", "DELETE", _FROZEN)
        if table.frozen:
            refuse(table.name, "update", "UPDATE", _FROZEN)
        # a REPLACE would delete without firing the trigger of DELETE
        if clash := _clash(table):
            refuse(table.name, "next", "INSERT", _FROZEN, clash)
    same = " AND ".join(f"OLD.{name} IS NEW.{name}" for name in _CLOSED)
    closes = f"NOT (OLD.rev_out IS NULL AND NEW.rev_out IS NOT NULL AND {same})"
    refuse(GRID_VERSIONS.name, "close", "UPDATE", _FROZEN, closes)
    refuse(CODE_EVENTS.name, "order", "INSERT", _ORDER, f"NOT {_ORDER_HOLDS}")
    return made


def postgres_guards() -> list[str]:
    """Return statements that make the triggers."""
    same = " AND ".join(
        f"OLD.{name} IS NOT DISTINCT FROM NEW.{name}" for name in _CLOSED if name != "geom"
    )
    made = [
        _function("refuse_change", f"RAISE EXCEPTION '{_FROZEN}';"),
        _function(
            "refuse_reopening",
            f"IF NOT (OLD.rev_out IS NULL AND NEW.rev_out IS NOT NULL AND {same} "
            "AND ST_AsBinary(OLD.geom) = ST_AsBinary(NEW.geom)) "
            f"THEN RAISE EXCEPTION '{_FROZEN}'; END IF; RETURN NEW;",
        ),
        _function(
            "refuse_order",
            f"IF NOT {_ORDER_HOLDS} THEN RAISE EXCEPTION '{_ORDER}'; END IF; RETURN NEW;",
        ),
        "CREATE TRIGGER code_events_order BEFORE INSERT ON code_events "
        "FOR EACH ROW EXECUTE FUNCTION refuse_order()",
        "CREATE TRIGGER grid_versions_close BEFORE UPDATE ON grid_versions "
        "FOR EACH ROW EXECUTE FUNCTION refuse_reopening()",
    ]
    for table in CHAINS:
        number = table.names[0]
        body = (
            f"IF NEW.{number} <> (SELECT COALESCE(MAX({number}), 0) + 1 FROM {table.name}) "
            f"THEN RAISE EXCEPTION '{_FROZEN}'; END IF; RETURN NEW;"
        )
        made += [
            _function(f"next_of_{table.name}", body),
            f"CREATE TRIGGER {table.name}_next BEFORE INSERT ON {table.name} "
            f"FOR EACH ROW EXECUTE FUNCTION next_of_{table.name}()",
        ]
    for table in TABLES:
        verbs = "UPDATE OR DELETE OR TRUNCATE" if table.frozen else "DELETE OR TRUNCATE"
        made.append(
            f"CREATE TRIGGER {table.name}_frozen BEFORE {verbs} ON {table.name} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
    return made


def _clash(table: Table) -> str:
    """Return when an INSERT would take the place of a row; empty where no two rows clash."""
    key = table.names[0]
    if table in CHAINS:
        return f"NEW.{key} <> (SELECT COALESCE(MAX({key}), 0) + 1 FROM {table.name})"
    if table.fields[0].rule == "PRIMARY KEY":
        return f"EXISTS (SELECT 1 FROM {table.name} WHERE {key} = NEW.{key})"
    return ""


def _function(name: str, body: str) -> str:
    """Return a trigger function of PostgreSQL."""
    return f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} END $$"
