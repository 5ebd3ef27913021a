"""Opens connections at a rate, and lets go of each at once: run in the world by ``python3 -``.

The order is one JSON argument: ``host``, ``port``, ``source``, ``rate`` (connections a second),
``seconds``. Prints how many were tried and how many came about within a second.
"""

import asyncio
import json
import sys
from typing import Any

PATIENCE = 0.9  # seconds: less than until the kernel sends a SYN again


async def main(order: "dict[str, Any]") -> "dict[str, int]":
    """Call, and tell."""
    calls = []
    for _ in range(int(order["rate"] * order["seconds"])):
        calls.append(asyncio.create_task(_call(order)))
        await asyncio.sleep(1 / order["rate"])
    return {"tried": len(calls), "came": sum(await asyncio.gather(*calls))}


async def _call(order: "dict[str, Any]") -> bool:
    opening = asyncio.open_connection(order["host"], order["port"], local_addr=(order["source"], 0))
    try:
        _, writer = await asyncio.wait_for(opening, PATIENCE)
    except (TimeoutError, OSError):
        return False
    writer.close()
    return True


if __name__ == "__main__":
    print(json.dumps(asyncio.run(main(json.loads(sys.argv[1])))))
