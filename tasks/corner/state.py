"""The shop's database: sessions, carts, checkouts and orders in one SQLite file."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tasks.corner.catalogue import Product, by_id
from tasks.server import ServerError

ADDRESS_FIELDS = ("full_name", "street", "city", "postcode")
DELIVERY = {"Standard delivery": 0, "Express delivery": 750, "Evening delivery": 490}
"""Name → price in cents."""
PAYMENT = ("Credit card", "Bank transfer", "Invoice", "Gift card")

_LARGEST_ID = 2**63 - 1
_SCHEMA = """
CREATE TABLE IF NOT EXISTS sessions (token TEXT PRIMARY KEY, checkout TEXT NOT NULL DEFAULT '{}');
CREATE TABLE IF NOT EXISTS lines (
    id INTEGER PRIMARY KEY, token TEXT NOT NULL REFERENCES sessions(token) ON DELETE CASCADE,
    product INTEGER NOT NULL, options TEXT NOT NULL, quantity INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS orders (
    id INTEGER PRIMARY KEY AUTOINCREMENT, token TEXT NOT NULL REFERENCES sessions(token) ON DELETE CASCADE,
    lines TEXT NOT NULL, checkout TEXT NOT NULL, total INTEGER NOT NULL, cancelled INTEGER NOT NULL DEFAULT 0,
    placed_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP);
"""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a cart or an order."""

    id: int
    product: Product
    options: Mapping[str, str]
    quantity: int

    @property
    def cents(self) -> int:
        return self.product.cents * self.quantity

    @property
    def price(self) -> str:
        return dollars(self.cents)


@dataclass(frozen=True, slots=True)
class Order:
    """A placed order."""

    id: int
    lines: tuple[Line, ...]
    checkout: Mapping[str, Any]
    total_cents: int
    cancelled: bool

    @property
    def number(self) -> str:
        return f"HG-{10_000 + self.id}"

    @property
    def total(self) -> str:
        return dollars(self.total_cents)


def dollars(cents: int) -> str:
    return f"${cents / 100:.2f}"


def _connect(database: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(database, check_same_thread=False, timeout=5, isolation_level=None)
    try:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=NORMAL")
        connection.execute("PRAGMA foreign_keys=ON")
        connection.executescript(_SCHEMA)
    except sqlite3.Error:
        connection.close()
        raise
    return connection


class CornerState:
    """All sessions of a shop. Thread-safe; every change is committed before the call returns.

    Raises ServerError when the file can't be opened.
    """

    def __init__(self, database: Path) -> None:
        self._lock = threading.Lock()
        try:
            database.parent.mkdir(parents=True, exist_ok=True)
            self._connection = _connect(database)
        except (OSError, sqlite3.Error) as error:
            raise ServerError(
                f"The shop's database {database} can't be used ({error}): "
                "close what else uses it, or name another file."
            ) from error

    def close(self) -> None:
        with self._lock:
            self._connection.close()

    def _run(self, statement: str, *values: Any) -> list[Any]:
        with self._lock:
            return self._connection.execute(statement, values).fetchall()

    def ensure(self, token: str) -> None:
        self._run("INSERT OR IGNORE INTO sessions (token) VALUES (?)", token)

    def exists(self, token: str) -> bool:
        return bool(self._run("SELECT 1 FROM sessions WHERE token = ?", token))

    def reset(self, token: str) -> None:
        self._run("DELETE FROM sessions WHERE token = ?", token)
        self.ensure(token)

    def cart(self, token: str) -> tuple[Line, ...]:
        rows = self._run("SELECT id, product, options, quantity FROM lines WHERE token = ? ORDER BY id", token)
        return tuple(Line(row[0], by_id()[row[1]], json.loads(row[2]), row[3]) for row in rows)

    def add(self, token: str, product: int, options: Mapping[str, str], quantity: int) -> None:
        self._run(
            "INSERT INTO lines (token, product, options, quantity) VALUES (?, ?, ?, ?)",
            token, product, json.dumps(dict(options)), quantity,
        )  # fmt: skip

    def remove(self, token: str, line: int) -> None:
        if line <= _LARGEST_ID:
            self._run("DELETE FROM lines WHERE token = ? AND id = ?", token, line)

    def checkout(self, token: str) -> dict[str, Any]:
        rows = self._run("SELECT checkout FROM sessions WHERE token = ?", token)
        found: dict[str, Any] = json.loads(rows[0][0]) if rows else {}
        return found

    def update_checkout(self, token: str, **values: Any) -> None:
        self._run("UPDATE sessions SET checkout = ? WHERE token = ?", json.dumps(self.checkout(token) | values), token)

    def total_cents(self, token: str) -> int:
        """Goods and delivery."""
        delivery = DELIVERY.get(self.checkout(token).get("delivery", ""), 0)
        return sum(line.cents for line in self.cart(token)) + delivery

    def place_order(self, token: str) -> int:
        """Turn the cart into an order, in one transaction; 0 when the cart is empty."""
        lines, checkout, total = self.cart(token), self.checkout(token), self.total_cents(token)
        if not lines:
            return 0
        stored = [
            {"product": line.product.id, "options": dict(line.options), "quantity": line.quantity} for line in lines
        ]
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            cursor = self._connection.execute(
                "INSERT INTO orders (token, lines, checkout, total) VALUES (?, ?, ?, ?)",
                (token, json.dumps(stored), json.dumps(checkout), total),
            )
            self._connection.execute("DELETE FROM lines WHERE token = ?", (token,))
            self._connection.execute("UPDATE sessions SET checkout = '{}' WHERE token = ?", (token,))
            self._connection.execute("COMMIT")
        return int(cursor.lastrowid or 0)

    def cancel(self, token: str, order: int) -> None:
        if order <= _LARGEST_ID:
            self._run("UPDATE orders SET cancelled = 1 WHERE token = ? AND id = ?", token, order)

    def orders(self, token: str) -> tuple[Order, ...]:
        rows = self._run("SELECT id, lines, checkout, total, cancelled FROM orders WHERE token = ? ORDER BY id", token)
        return tuple(
            Order(
                id=row[0],
                lines=tuple(
                    Line(place, by_id()[one["product"]], one["options"], one["quantity"])
                    for place, one in enumerate(json.loads(row[1]))
                ),
                checkout=json.loads(row[2]),
                total_cents=row[3],
                cancelled=bool(row[4]),
            )
            for row in rows
        )
