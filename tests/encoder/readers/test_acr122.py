"""An ACR122U, nfcpy's acr122 driver unchanged: as few host commands as at a PN532."""

from pathlib import Path

from encoder.chips.models import NTAG213
from encoder.readers.nfcpy import open_nfcpy
from encoder.simulator.card_box import CardBox
from tests.emulated.acr122 import Acr122Transport, acr122_frontend
from tests.emulated.boxed import BoxedField
from tests.encoder.kit import UID, is_finished, make_job, new_chip, run_box


def test_card_is_found_and_made_in_few_host_commands(tmp_path: Path) -> None:
    chip = new_chip(NTAG213, UID)
    box = CardBox([chip])
    transport = Acr122Transport(box)

    with open_nfcpy("usb:072f:2200", lambda _path: acr122_frontend(transport)) as field:
        field.sense()  # the first look sets the reader up
        before = transport.commands
        ran = run_box(
            make_job(),
            box,
            tmp_path / "ledger.db",
            reader=BoxedField(field, box),
            stopping=lambda: transport.commands > before,
        )
        spent = transport.commands - before

    assert ran.told() == [("done", None)]
    assert spent == 24
    assert is_finished(chip, "NTAG213", "permanent")
