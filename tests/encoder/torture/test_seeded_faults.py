"""The tear matrix finds what it is for: each broken engine fails where the real one passes."""

import pytest

from tests.encoder.torture import faults as broken
from tests.encoder.torture.rig import REAL, Engine
from tests.encoder.torture.situations import Situation
from tests.encoder.torture.tears import Attack, Effort

EFFORT = Effort(contents=12)
BLANK = Situation("NTAG213", "none", "none", "new")
LOCKED = Situation("NTAG213", "permanent", "none", "new")
SECRET = Situation("NTAG215", "password", "none", "new")
MIRROR = Situation("NTAG213", "none", "uid", "new")
FOREIGN = Situation("NTAG216", "none", "none", "foreign")
EV1 = Situation("MF0UL21", "permanent", "none", "hidden")
FAULTS = {
    "the length ahead of the message": (Engine(planner=broken.length_first), BLANK),
    "no blanking": (Engine(planner=broken.never_blanks), FOREIGN),
    "CFG0 ahead of PWD": (Engine(planner=broken.cfg0_before_pwd), SECRET),
    "no PWD_AUTH": (Engine(planner=broken.proves_no_password), SECRET),
    "the configuration behind the length": (Engine(planner=broken.config_after_length), MIRROR),
    "the CC ahead of the data": (Engine(planner=broken.cc_first), EV1),
    "no static lock": (Engine(planner=broken.forgets(broken.static_page)), LOCKED),
    "no dynamic lock": (Engine(planner=broken.forgets(broken.dynamic_page)), LOCKED),
    "no CFGLCK": (Engine(planner=broken.forgets(broken.cfg1_page)), LOCKED),
    "CC not compared": (Engine(planner=broken.compares_all_but(broken.cc_page)), LOCKED),
    "static lock not compared": (
        Engine(planner=broken.compares_all_but(broken.static_page)),
        LOCKED,
    ),
    "dynamic lock not compared": (
        Engine(planner=broken.compares_all_but(broken.dynamic_page)),
        LOCKED,
    ),
    "CFGLCK not compared": (Engine(planner=broken.compares_all_but(broken.cfg1_page)), LOCKED),
    "AUTH0 not compared": (Engine(planner=broken.compares_all_but(broken.cfg0_page)), SECRET),
    "locks not read back": (Engine(encoding=broken.ReadsNoLockBack), LOCKED),
    "locks ahead of the read-back": (Engine(encoding=broken.LocksBeforeItVerifies), LOCKED),
    "no read-back": (Engine(encoding=broken.SkipsTheReadBack), BLANK),
    "row behind the WRITEs": (Engine(encoding=broken.BooksAfterTheFirstWrite), BLANK),
    "lost ACK taken for failure": (Engine(session=broken.TakesLostAcksForFailure), BLANK),
    "lost ACK taken for success": (Engine(session=broken.TakesLostAcksForSuccess), BLANK),
    "no new selection": (Engine(session=broken.NeverSelectsAgain), BLANK),
    "another token on coming back": (Engine(visit=broken.TakesAnotherToken), BLANK),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_the_matrix_catches(fault: str) -> None:
    engine, where = FAULTS[fault]

    tally = Attack(where, EFFORT, engine).run()

    assert tally.wrong


@pytest.mark.parametrize("where", [BLANK, LOCKED, SECRET, MIRROR, FOREIGN, EV1], ids=str)
def test_the_real_engine_passes_the_same(where: Situation) -> None:
    tally = Attack(where, EFFORT, REAL).run()

    assert tally.wrong == []
