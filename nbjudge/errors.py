"""What keeps the engine from going on. Each error says the `problem`, and the `remedy` if there is one."""


class EngineError(Exception):
    """Something about the machine or its set-up, never about one submission.

    Attributes:
        problem: what is wrong.
        remedy: what to do about it, empty if nothing is known.
    """

    def __init__(self, problem: str, remedy: str = ""):
        super().__init__(problem, remedy)
        self.problem = problem
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.problem}: {self.remedy}." if self.remedy else self.problem


class MachineError(EngineError):
    """The machine, not a submission, keeps the grading from going on."""


class SandboxError(EngineError):
    """The sandbox can't be set up on this machine."""


class InterpreterError(EngineError):
    """The Python that should run the notebooks can't, or lacks what they need."""


class SchedulerError(EngineError):
    """There is no cluster to send the work to."""
