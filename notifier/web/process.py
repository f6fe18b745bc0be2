"""The process itself, under the names that every dashboard knows.

prometheus_client's own collector reads `/proc/stat`, which a hardened unit (`ProcSubset=pid`) does not show.
"""

import resource
from collections.abc import Iterable
from pathlib import Path

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric

_SELF = Path("/proc/self")


def of_process(proc: Path = _SELF) -> Iterable[Metric]:
    """CPU time, memory and file descriptors; without what this system does not tell.

    Args:
        proc: where the kernel tells of this process.
    """
    used = resource.getrusage(resource.RUSAGE_SELF)
    yield CounterMetricFamily(
        "process_cpu_seconds", "User and system CPU time spent.", used.ru_utime + used.ru_stime
    )
    limit, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    yield GaugeMetricFamily("process_max_fds", "File descriptors that may be open.", limit)
    try:
        pages = (proc / "statm").read_text().split()
        opened = sum(1 for _ in (proc / "fd").iterdir())
    except OSError:
        return
    size = resource.getpagesize()
    yield GaugeMetricFamily("process_virtual_memory_bytes", "Virtual memory size.", int(pages[0]) * size)
    yield GaugeMetricFamily("process_resident_memory_bytes", "Resident memory size.", int(pages[1]) * size)
    yield GaugeMetricFamily("process_open_fds", "File descriptors that are open.", opened)
