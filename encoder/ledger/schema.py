"""The ledger file's tables, and how an older file is brought up to date.

A token may stand on a second card only when the first one was scrapped; a UID never stands
twice. ``stages``, ``presentations``, ``prints`` and ``tries`` are append-only. The ``id`` of a
delivery is that of the stage ``booked`` that the site answered to, that of a try the one it was
told of, or may have been.
"""

APPLICATION_ID = 0x57434C47  # "WCLG", so that no other SQLite file is taken for a ledger

_STAGES_BY_UID = "CREATE INDEX stages_by_uid ON stages (uid)"
_STAGES_ARE_NOT_CHANGED = """
    CREATE TRIGGER stages_are_not_changed BEFORE UPDATE ON stages
    BEGIN SELECT RAISE(ABORT, 'stages are append-only'); END
"""
_STAGES_ARE_NOT_REMOVED = """
    CREATE TRIGGER stages_are_not_removed BEFORE DELETE ON stages
    BEGIN SELECT RAISE(ABORT, 'stages are append-only'); END
"""

_CARDS_AND_STAGES = (
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
    _STAGES_BY_UID,
    _STAGES_ARE_NOT_CHANGED,
    _STAGES_ARE_NOT_REMOVED,
    """
    CREATE TRIGGER cards_are_not_removed BEFORE DELETE ON cards
    BEGIN SELECT RAISE(ABORT, 'a UID stays booked'); END
    """,
    """
    CREATE TRIGGER cards_keep_their_names BEFORE UPDATE OF uid, token, job ON cards
    BEGIN SELECT RAISE(ABORT, 'a card keeps its token'); END
    """,
)

# A CHECK cannot be changed in place: SQLite, "ALTER TABLE", 8, has the table built anew. Dropping
# the old one takes its indexes and triggers with it, and fires none of them.
_UNPROTECTED_AND_PRESENTATIONS = (
    "ALTER TABLE cards ADD COLUMN url TEXT",
    "ALTER TABLE cards ADD COLUMN mirror TEXT NOT NULL DEFAULT 'none'",
    "ALTER TABLE cards ADD COLUMN key_id TEXT",
    "ALTER TABLE cards ADD COLUMN version TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE cards ADD COLUMN genuine INTEGER CHECK (genuine IN (0, 1))",
    "ALTER TABLE cards ADD COLUMN config TEXT",
    """
    CREATE TABLE stages_anew (
        id INTEGER PRIMARY KEY,
        uid TEXT NOT NULL REFERENCES cards (uid),
        stage TEXT NOT NULL CHECK (
            stage IN (
                'begun', 'written', 'verified', 'locked', 'booked', 'unprotected', 'scrapped'
            )
        ),
        at TEXT NOT NULL,
        station TEXT NOT NULL,
        operator TEXT NOT NULL
    ) STRICT
    """,
    """
    INSERT INTO stages_anew (id, uid, stage, at, station, operator)
        SELECT id, uid, stage, at, station, operator FROM stages ORDER BY id
    """,
    "DROP TABLE stages",
    "ALTER TABLE stages_anew RENAME TO stages",
    _STAGES_BY_UID,
    _STAGES_ARE_NOT_CHANGED,
    _STAGES_ARE_NOT_REMOVED,
    """
    CREATE TABLE presentations (
        id INTEGER PRIMARY KEY,
        job TEXT NOT NULL,
        status TEXT NOT NULL,
        reason TEXT,
        token TEXT,
        uid TEXT REFERENCES cards (uid),
        chip TEXT,
        reader TEXT NOT NULL,
        exchanges INTEGER NOT NULL,
        writes INTEGER NOT NULL,
        seconds REAL NOT NULL,
        at TEXT NOT NULL,
        station TEXT NOT NULL,
        operator TEXT NOT NULL
    ) STRICT
    """,
    """
    CREATE TRIGGER presentations_are_not_changed BEFORE UPDATE ON presentations
    BEGIN SELECT RAISE(ABORT, 'presentations are append-only'); END
    """,
    """
    CREATE TRIGGER presentations_are_not_removed BEFORE DELETE ON presentations
    BEGIN SELECT RAISE(ABORT, 'presentations are append-only'); END
    """,
)

# No row says that a report waits: a booked stage of a site's job without a delivery does. So a
# card cannot be booked and forgotten, whenever the process dies.
_SITE_JOBS_AND_DELIVERIES = (
    """
    CREATE TABLE site_jobs (
        job TEXT PRIMARY KEY,
        address TEXT NOT NULL,
        document TEXT,
        fetched_at TEXT NOT NULL
    ) STRICT
    """,
    """
    CREATE TABLE deliveries (
        id INTEGER PRIMARY KEY REFERENCES stages (id),
        uid TEXT NOT NULL REFERENCES cards (uid),
        answer TEXT NOT NULL CHECK (answer IN ('taken', 'withdrawn', 'refused')),
        message TEXT NOT NULL,
        at TEXT NOT NULL
    ) STRICT
    """,
)

_PRINTS = (
    """
    CREATE TABLE prints (
        id INTEGER PRIMARY KEY,
        token TEXT NOT NULL,
        uid TEXT NOT NULL REFERENCES cards (uid),
        printer TEXT NOT NULL,
        layout TEXT NOT NULL,
        outcome TEXT NOT NULL CHECK (outcome IN ('begun', 'printed', 'failed')),
        detail TEXT NOT NULL,
        at TEXT NOT NULL,
        station TEXT NOT NULL,
        operator TEXT NOT NULL
    ) STRICT
    """,
    "CREATE INDEX prints_by_uid ON prints (uid)",
    """
    CREATE TRIGGER prints_are_not_changed BEFORE UPDATE ON prints
    BEGIN SELECT RAISE(ABORT, 'prints are append-only'); END
    """,
    """
    CREATE TRIGGER prints_are_not_removed BEFORE DELETE ON prints
    BEGIN SELECT RAISE(ABORT, 'prints are append-only'); END
    """,
)

# A report whose answer was lost may be booked at the site. Nobody knows which cards were ahead of
# this table, so whatever waits counts as tried.
_TRIES = (
    """
    CREATE TABLE tries (
        id INTEGER PRIMARY KEY REFERENCES stages (id),
        uid TEXT NOT NULL REFERENCES cards (uid),
        at TEXT NOT NULL
    ) STRICT
    """,
    "CREATE INDEX tries_by_uid ON tries (uid)",
    """
    INSERT INTO tries (id, uid, at)
        SELECT stages.id, stages.uid, stages.at FROM stages
        JOIN cards USING (uid) JOIN site_jobs USING (job)
        WHERE stage = 'booked'
    """,
    """
    CREATE TRIGGER tries_are_not_changed BEFORE UPDATE ON tries
    BEGIN SELECT RAISE(ABORT, 'tries are append-only'); END
    """,
    """
    CREATE TRIGGER tries_are_not_removed BEFORE DELETE ON tries
    BEGIN SELECT RAISE(ABORT, 'tries are append-only'); END
    """,
)

# A done card's report names the scrapped ones that it replaces: few, among very many cards.
_SCRAPPED_BY_TOKEN = ("CREATE INDEX scrapped_by_token ON cards (token) WHERE scrapped = 1",)

MIGRATIONS: tuple[tuple[str, ...], ...] = (
    _CARDS_AND_STAGES,
    _UNPROTECTED_AND_PRESENTATIONS,
    _SITE_JOBS_AND_DELIVERIES,
    _PRINTS,
    _TRIES,
    _SCRAPPED_BY_TOKEN,
)
