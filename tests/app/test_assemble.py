"""Parts are put together: the policy loads while its code is still being imported elsewhere."""

from __future__ import annotations

import subprocess
import sys

_LOAD = """
import asyncio
from webdreamer_app.assemble import load_policy, warm_up
from webdreamer_app.config import Config

async def main():
    warming = asyncio.create_task(asyncio.to_thread(warm_up, Config()))
    policies = await asyncio.gather(*(load_policy(Config()) for _ in range(2)))
    await warming
    print(*(policy.name for policy in policies))

asyncio.run(main())
"""


def test_the_policy_loads_beside_its_warm_up() -> None:
    done = subprocess.run([sys.executable, "-c", _LOAD], capture_output=True, text=True, timeout=120)
    assert done.stdout.split() == ["embedded", "embedded"], done.stderr[-2000:]
