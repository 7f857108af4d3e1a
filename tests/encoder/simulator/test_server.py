"""The datagrams: what nfcpy's udp driver sends, and what the server makes of anything else."""

import socket
from contextlib import closing

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from encoder.chips.models import NTAG213
from encoder.simulator.chip import VirtualChip
from encoder.simulator.field import VirtualField
from encoder.simulator.server import FieldServer
from tests.encoder.simulator.cast import OTHER_UID, UID, field_with

PATIENCE_SECONDS = 5.0
REQA = b"106A 26"
SELECT = [REQA, b"106A 93708804a1b29f", b"106A 9570c3d4e58072"]
GET_VERSION = b"106A 60"
VERSION = b"106A 0004040201000f03"
GARBLED = b"106A"
OTHER_RATES = [b"106B 050010", b"212F 0600ffff0100", b"424F 00", b"212A 26", b"106B"]
BAD_DATAGRAMS = [b"", b" ", b"106A", b"106A ", b"106A 2", b"106A zz", b"26", b"999Z 26"]
BAD_DATAGRAMS += [b"106A\x00 26", "106A ２6".encode(), b"106A 30" + b"00" * 700]
BAD_DATAGRAMS += [b"106A " + b"00" * 30_000, b"\xff" * 9000]


class Talker:
    """A reader with a socket of its own."""

    def __init__(self, server: FieldServer) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.settimeout(PATIENCE_SECONDS)
        self._socket.connect(("127.0.0.1", server.port))

    def say(self, *datagrams: bytes) -> None:
        """Send datagrams that get no answer."""
        for datagram in datagrams:
            self._socket.send(datagram)

    def ask(self, *datagrams: bytes) -> list[bytes]:
        """Send datagrams that each get an answer."""
        answers = []
        for datagram in datagrams:
            self._socket.send(datagram)
            answers.append(self._socket.recv(4096))
        return answers

    def close(self) -> None:
        """Go away without a word."""
        self._socket.close()


def one_card() -> VirtualField:
    """A field with one blank chip."""
    return field_with(VirtualChip(NTAG213, UID))


def test_chip_answers_in_hex_with_its_bit_rate() -> None:
    with FieldServer(one_card()) as server, closing(Talker(server)) as reader:
        answers = reader.ask(*SELECT, GET_VERSION)

    assert answers == [b"106A 4400", b"106A 04", b"106A 00", VERSION]


def test_acknowledge_is_one_byte() -> None:
    with FieldServer(one_card()) as server, closing(Talker(server)) as reader:
        reader.ask(*SELECT)
        answers = reader.ask(b"106A A20601020304", b"106A a20001020304")

    assert answers == [b"106A 0a", b"106A 00"]


def test_empty_place_answers_rfoff_to_a_poll() -> None:
    with FieldServer(VirtualField()) as server, closing(Talker(server)) as reader:
        answers = reader.ask(REQA, b"106A 52")

    assert answers == [b"RFOFF", b"RFOFF"]


def test_card_lifted_in_the_middle_is_noticed_at_once() -> None:
    field = one_card()
    with FieldServer(field) as server, closing(Talker(server)) as reader:
        reader.ask(*SELECT)
        field.lift()
        answers = reader.ask(b"106A 3000")

    assert answers == [GARBLED]


def test_collision_is_no_frame() -> None:
    field = field_with(VirtualChip(NTAG213, UID), VirtualChip(NTAG213, OTHER_UID))
    with FieldServer(field) as server, closing(Talker(server)) as reader:
        answers = reader.ask(REQA, b"106A 9320")

    assert answers == [b"106A 4400", GARBLED]


@pytest.mark.parametrize("datagram", OTHER_RATES)
def test_nobody_is_there_at_another_bit_rate(datagram: bytes) -> None:
    with FieldServer(one_card()) as server, closing(Talker(server)) as reader:
        answers = reader.ask(datagram)

    assert answers == [b"RFOFF"]


def test_rfoff_of_the_reader_switches_the_field_off() -> None:
    with FieldServer(one_card()) as server, closing(Talker(server)) as reader:
        reader.ask(*SELECT)
        reader.say(b"RFOFF", GET_VERSION)
        answers = reader.ask(*SELECT)

    assert answers == [b"106A 4400", b"106A 04", b"106A 00"]


def test_new_reader_finds_the_field_freshly_switched_on() -> None:
    with (
        FieldServer(one_card()) as server,
        closing(Talker(server)) as killed,
        closing(Talker(server)) as reader,
    ):
        killed.ask(*SELECT)
        answers = reader.ask(*SELECT)

    assert answers == [b"106A 4400", b"106A 04", b"106A 00"]


@pytest.mark.parametrize("word", [b"RFOFF", GET_VERSION, b"106A a20601020304", b"nonsense"])
def test_stranger_cannot_disturb_the_reader(word: bytes) -> None:
    field = one_card()
    with (
        FieldServer(field) as server,
        closing(Talker(server)) as reader,
        closing(Talker(server)) as stranger,
    ):
        reader.ask(*SELECT)
        stranger.say(word)
        stranger.ask(b"106B 00")
        answers = reader.ask(GET_VERSION)

    assert answers == [VERSION]
    assert field.chips[0].meter.writes == 0


@settings(deadline=None)
@given(st.lists(st.binary(max_size=400), max_size=20))
def test_random_datagrams_never_end_the_server(datagrams: list[bytes]) -> None:
    with FieldServer(one_card()) as server, closing(Talker(server)) as reader:
        reader.say(*datagrams)
        with closing(Talker(server)) as other:
            answers = other.ask(*SELECT, GET_VERSION)

    assert answers[-1] == VERSION


@pytest.mark.parametrize("datagram", BAD_DATAGRAMS)
def test_bad_datagram_gets_no_answer(datagram: bytes) -> None:
    with FieldServer(one_card()) as server, closing(Talker(server)) as reader:
        reader.say(datagram)
        answers = reader.ask(*SELECT)

    assert answers[0] == b"106A 4400"


def test_port_in_use_is_an_error() -> None:
    with FieldServer(VirtualField()) as server, pytest.raises(OSError, match="in use"):
        FieldServer(VirtualField(), server.port)


def test_port_with_a_service_name_is_refused() -> None:
    with pytest.raises(ValueError, match="service name"):
        FieldServer(VirtualField(), 5432)


def test_free_ports_have_no_service_name() -> None:
    with FieldServer(VirtualField()) as server, pytest.raises(OSError, match="not found"):
        socket.getservbyport(server.port)


def test_fault_in_the_place_is_raised_where_the_server_ends() -> None:
    class Faulty(VirtualField):
        def transceive(self, frame: bytes) -> bytes | None:
            raise RuntimeError("the place broke")

    def poll_until_it_ends(server: FieldServer) -> None:
        with server, closing(Talker(server)) as reader:
            reader.say(REQA)
            while server.is_alive:
                pass

    server = FieldServer(Faulty())

    with pytest.raises(RuntimeError, match="the place broke"):
        poll_until_it_ends(server)
