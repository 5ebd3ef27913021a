"""What was read of a host is read once, until something was done there."""

import threading
import time

from components.resources.reading import Reading


def test_it_is_read_once_until_it_is_forgotten() -> None:
    times: list[int] = []

    def read() -> dict[str, int]:
        times.append(1)
        return {}

    reading: Reading[dict[str, int]] = Reading()
    assert reading.get(read) is reading.get(read)
    assert len(times) == 1
    reading.forget()
    reading.get(read)
    assert len(times) == 2


def test_who_comes_meanwhile_waits() -> None:
    times: list[int] = []

    def read() -> str:
        time.sleep(0.05)
        times.append(1)
        return "read"

    reading: Reading[str] = Reading()
    running = [threading.Thread(target=reading.get, args=(read,)) for _ in range(4)]
    for one in running:
        one.start()
    for one in running:
        one.join()
    assert len(times) == 1


def test_a_reading_that_fails_is_tried_again() -> None:
    def fail() -> str:
        raise OSError

    reading: Reading[str] = Reading()
    for _ in range(2):
        try:
            reading.get(fail)
        except OSError:
            continue
    assert reading.get(lambda: "read") == "read"
