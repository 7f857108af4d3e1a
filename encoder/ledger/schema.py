"""The ledger file's tables, and how an older file is brought up to date.

A token may stand on a second card only when the first one was scrapped; a UID never stands
twice. ``stages`` is append-only.
"""

APPLICATION_ID = 0x57434C47  # "WCLG", so that no other SQLite file is taken for a ledger

MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        """
        CREATE TABLE cards (
            uid TEXT PRIMARY KEY,
            token TEXT NOT NULL,
            job TEXT NOT NULL,
            chip TEXT NOT NULL,
            protection TEXT NOT NULL,
            digest TEXT,
            scrapped INTEGER NOT NULL DEFAULT 0 CHECK (scrapped IN (0, 1))
        ) STRICT
        """,
        "CREATE UNIQUE INDEX one_live_card_per_token ON cards (token) WHERE scrapped = 0",
        "CREATE INDEX cards_by_job ON cards (job)",
        """
        CREATE TABLE stages (
            id INTEGER PRIMARY KEY,
            uid TEXT NOT NULL REFERENCES cards (uid),
            stage TEXT NOT NULL
                CHECK (stage IN ('begun', 'written', 'verified', 'locked', 'booked', 'scrapped')),
            at TEXT NOT NULL,
            station TEXT NOT NULL,
            operator TEXT NOT NULL
        ) STRICT
        """,
        "CREATE INDEX stages_by_uid ON stages (uid)",
        """
        CREATE TRIGGER stages_are_not_changed BEFORE UPDATE ON stages
        BEGIN SELECT RAISE(ABORT, 'stages are append-only'); END
        """,
        """
        CREATE TRIGGER stages_are_not_removed BEFORE DELETE ON stages
        BEGIN SELECT RAISE(ABORT, 'stages are append-only'); END
        """,
        """
        CREATE TRIGGER cards_are_not_removed BEFORE DELETE ON cards
        BEGIN SELECT RAISE(ABORT, 'a UID stays booked'); END
        """,
        """
        CREATE TRIGGER cards_keep_their_names BEFORE UPDATE OF uid, token, job ON cards
        BEGIN SELECT RAISE(ABORT, 'a card keeps its token'); END
        """,
    ),
)
