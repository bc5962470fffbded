"""Hosts and origins are parsed, and compared as scheme, host and port (C22)."""

from __future__ import annotations

from pathlib import Path

import pytest

from jittask.web.hosts import Place, allowed_places, place_of_host, place_of_origin
from jittask.web.server import Address

PEM = Path("cert.pem")


@pytest.mark.parametrize(
    ("header", "host", "port"),
    [
        ("localhost:8420", "localhost", 8420),
        ("LocalHost:8420", "localhost", 8420),
        ("127.0.0.1", "127.0.0.1", 80),
        ("[::1]:8420", "::1", 8420),
        ("[0:0:0:0:0:0:0:1]", "::1", 80),
        ("console.example.org.", "console.example.org", 80),
    ],
)
def test_a_host_is_read(header: str, host: str, port: int) -> None:
    assert place_of_host("http", header) == Place("http", host, port)


@pytest.mark.parametrize(
    "header",
    ["", ":80", "a:b", "a:99999", "a:0", "a:80:80", "::1", "[::1", "[x]", "[127.0.0.1]", "a b",
     "a/b", "a@b", "a,b", "a\tb", "-a", "a..b", "256.1.1.1", "1.2.3", "0x7f.1", "a%2e", "*", "é"],
)  # fmt: skip
def test_what_is_no_host_is_refused(header: str) -> None:
    with pytest.raises(ValueError):
        place_of_host("http", header)


@pytest.mark.parametrize(
    "header", ["null", "", "http:", "//a", "ftp://a", "http://a/", "http://a/x", "http://u@a", "a"]
)
def test_what_is_no_origin_is_refused(header: str) -> None:
    with pytest.raises(ValueError):
        place_of_origin(header)


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        (Address(), "http://127.0.0.1:9000"),
        (Address("localhost"), "http://127.0.0.1:9000"),
        (Address("::1"), "http://[::1]:9000"),
        (Address(names=("a.example",), behind_proxy=True), "https://a.example"),
        (Address(names=("a.example:444",), behind_proxy=True), "https://a.example:444"),
        (Address("0.0.0.0", names=("a.example", "b"), certificate=PEM), "https://a.example:9000"),
        (Address("0.0.0.0", names=("a.example:444",), certificate=PEM), "https://a.example:444"),
    ],
)
def test_the_address_that_is_printed_may_be_called(address: Address, shown: str) -> None:
    place = address.place(9000)
    assert str(place) == shown
    assert place in allowed_places(address.scheme, address.host, 9000, address.names)


def test_an_origin_is_read() -> None:
    assert place_of_origin("https://a.example") == Place("https", "a.example", 443)
    assert str(place_of_origin("http://[::1]:8420")) == "http://[::1]:8420"


def test_a_local_server_may_be_called_by_its_local_names() -> None:
    names = {str(place) for place in allowed_places("http", "127.0.0.1", 8420, ())}
    assert names == {"http://127.0.0.1:8420", "http://localhost:8420", "http://[::1]:8420"}


def test_another_one_only_by_the_names_that_are_given() -> None:
    places = allowed_places("https", "0.0.0.0", 8420, ["a.example", "b.example:444"])
    assert {str(place) for place in places} == {
        "https://a.example",
        "https://a.example:8420",
        "https://b.example:444",
    }
