from pathlib import Path

from notifier.web.process import of_process


def test_the_process_shows_what_it_uses() -> None:
    found = {sample.name: sample.value for metric in of_process() for sample in metric.samples}
    assert found["process_cpu_seconds_total"] > 0
    assert 1e7 < found["process_resident_memory_bytes"] < found["process_virtual_memory_bytes"]
    assert 3 <= found["process_open_fds"] <= found["process_max_fds"]


def test_what_the_system_does_not_tell_is_left_out(tmp_path: Path) -> None:
    found = {sample.name for metric in of_process(tmp_path) for sample in metric.samples}
    assert found == {"process_cpu_seconds_total", "process_max_fds"}
