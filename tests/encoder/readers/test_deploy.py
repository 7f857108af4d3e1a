"""The files for a workstation's system: each reader that nfcpy drives is let in, and parsed."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import nfc.clf.device
import pytest

DEPLOY = Path(__file__).parents[3] / "deploy"
RULES = DEPLOY / "udev" / "60-wecard-readers.rules"
MODPROBE = DEPLOY / "modprobe" / "wecard-readers.conf"
RULE = re.compile(
    r'ATTR{idVendor}=="([0-9a-f]{4})", ATTR{idProduct}=="([0-9a-f]{4})",'
    r' MODE="0660", GROUP="plugdev", TAG\+="uaccess"'
)
UACCESS = 73  # 73-seat-late.rules acts upon the tag
AS_UDEV_READS = """
set -eu
mkdir -p /run/udev/rules.d
mount --bind "$1" /run/udev/rules.d
udevadm test --action=add /sys/class/net/lo
"""


def lines_of(file: Path) -> list[str]:
    """What is not a comment."""
    lines = file.read_text().splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def told_by_udev(rules: Path) -> str:
    """What udev says of a rules file, in a mount namespace where it is installed."""
    if shutil.which("udevadm") is None:
        pytest.skip("udevadm is not there")
    if os.geteuid() != 0:
        pytest.skip("a rules file is shown to udev by root only")
    ran = subprocess.run(
        ["unshare", "--mount", "sh", "-c", AS_UDEV_READS, "sh", str(rules.parent)],
        capture_output=True,
        text=True,
    )
    if f"/run/udev/rules.d/{rules.name}" not in ran.stderr:
        pytest.skip(f"udev does not read rules here: {ran.stderr.strip()[-200:]}")
    return ran.stderr


def test_every_reader_that_nfcpy_drives_has_its_rule() -> None:
    ids = {
        (int(rule[1], 16), int(rule[2], 16))
        for line in lines_of(RULES)
        if (rule := RULE.fullmatch(line))
    }

    assert ids == set(nfc.clf.device.usb_device_map)


def test_rules_come_before_uaccess_is_acted_upon() -> None:
    assert int(RULES.name.partition("-")[0]) < UACCESS


def test_udev_takes_every_line() -> None:
    told = told_by_udev(RULES)

    assert [line for line in told.splitlines() if f"{RULES.name}:" in line] == []


def test_line_that_udev_does_not_take_would_be_seen(tmp_path: Path) -> None:
    broken = tmp_path / RULES.name
    broken.write_text(RULES.read_text().replace('=="072f",', '=="072f'))

    told = told_by_udev(broken)

    assert [line for line in told.splitlines() if f"{RULES.name}:" in line]


def test_kernel_drivers_that_take_readers_are_kept_away() -> None:
    assert lines_of(MODPROBE) == [
        f"blacklist {module}" for module in ("nfc", "pn533", "pn533_usb", "port100")
    ]
