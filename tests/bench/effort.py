"""How much the tap page's benches do: ``BENCH_SHORT=1`` is for trying them out, not for figures."""

import os

IS_SHORT = os.environ.get("BENCH_SHORT") == "1"
ROUNDS = 1 if IS_SHORT else 3
SECONDS = 1 if IS_SHORT else 6  # of one contestant in one round
