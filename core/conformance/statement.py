"""Checks of what an adapter says about itself: its name, summary, abilities, `keeps` and options."""

from boxwright.core.adapter_faults import faults
from boxwright.core.conformance.fault import Fault
from boxwright.core.conformance.passes import Trial

LEAST_WORDS = 2  # of a description that says more than the option's name


def statement(trial: Trial) -> None:
    """It is a whole Adapter, which can do something, and can be found if it reads."""
    adapter = trial.adapter
    for fault in faults(adapter):
        if not fault.startswith("option"):
            _refuse(fault, "what boxwright.Adapter says of each field", "something else", "ADAPTER")
    if adapter.read is None and adapter.write is None:
        _refuse("it can do nothing", "read, write, or both", "neither", "ADAPTER")
    if adapter.read is not None and adapter.sniff is None:
        _refuse("it can read, but is never found", "sniff, which knows its data", "none", "ADAPTER")
    if adapter.read is None and adapter.sniff is not None:
        _refuse("it knows data that it cannot read", "sniff with read only", "sniff without read", "ADAPTER")


def options(trial: Trial) -> None:
    """Every option has a default and a description, and says whether it is for reading or writing."""
    look = "the options model: boxwright.reads(default, description), boxwright.writes(default, description)"
    for fault in faults(trial.adapter):
        if fault.startswith("option"):
            _refuse(fault, "what boxwright.Options says", "something else", look)
    for name, info in trial.adapter.options.model_fields.items():
        if info.is_required():
            _refuse(f"option {name} has no default", "a format that is read without options", "none", look)
        if len((info.description or "").split()) < LEAST_WORDS:
            _refuse(f"option {name} is hardly described", "some words", repr(info.description), look)


def _refuse(fault: str, expected: str, found: str, look: str) -> None:
    raise Fault(fault, expected=expected, found=found, look=look)
