"""The student's side as the tests in the judge see it: functions and objects, each asked for when it is used."""

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from zlib import crc32

import numpy as np

from nbjudge import crossing, dictionaries, keras_models
from nbjudge.channel import Channel, ChannelClosedError, ChannelTimeoutError
from nbjudge.claims import CLAIMS, Claims
from nbjudge.empty_answers import guarded, unguarded
from nbjudge.library import exception, find, is_own, place_of, signature_of_data
from nbjudge.protocol import (
    MESSAGE_LENGTH,
    NOT_SENT,
    Attribute,
    Call,
    CallBack,
    Called,
    CallFailed,
    Failure,
    Get,
    Item,
    Iterate,
    Message,
    Missing,
    Request,
    Value,
    from_wire,
    to_wire,
)
from nbjudge.wire import Codec, WireError, pack, unpack

# Of these a function may change the one that it is given.
MUTABLE = (list, dict, set, np.ndarray)

# What a function or a class says of itself, as data.
OF_CODE = frozenset(["__name__", "__qualname__", "__doc__", "__annotations__"])


class StudentGoneError(Exception):
    """The student process has ended; nothing can be asked of it any more."""


class AnswerError(TypeError):
    """The student process sent something that the tests can't accept."""


class Proxy:
    """Something of the student's that is not plain data, mostly a function.

    Calling it, reading its public attributes, items and elements happens in the student process. What a test has read
    stays as it was read until the test calls something of the student's. It is equal to nothing, and has no size or
    truth of its own, so that no comparison is ever left to the student's code.
    """

    __slots__ = ("_callable", "_claim", "_id", "_kind", "_student")

    def __init__(self, student: "StudentSide", number: int, kind: str, is_callable: bool):
        # Of what object this is a method that describes it, and its name.
        object.__setattr__(self, "_claim", None)
        object.__setattr__(self, "_student", student)
        object.__setattr__(self, "_id", number)
        object.__setattr__(self, "_kind", kind)
        object.__setattr__(self, "_callable", is_callable)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """What the student's function returns for these arguments."""
        if not self._callable:
            raise TypeError(f"{self._kind!r} object is not callable")
        if self._claim and not (args or kwargs):
            return self._student.claimed(*self._claim, self._student.look(Call, target=self, args=(), kwargs={}))
        self._student.forget()
        args = tuple(map(self._student.as_named, args))
        kwargs = {key: self._student.as_named(value) for key, value in kwargs.items()}
        return self._student.ask(Call, target=self, args=args, kwargs=kwargs)

    def __getattr__(self, name: str) -> Any:
        """A public attribute of the student's object, or what it says of its own code."""
        if name == "__signature__" and self._callable:
            return signature_of_data(self._student.look(Attribute, target=self, name=name))
        if name.startswith("_") and name not in OF_CODE:
            raise AttributeError(f"{self._kind!r} object has no attribute {name!r} that a test can read")
        value = self._student.look(Attribute, target=self, name=name)
        if name in CLAIMS:
            if type(value) is Proxy:
                object.__setattr__(value, "_claim", (self, name))
            else:
                self._student.claimed(self, name, value)
        return value

    def __getitem__(self, key: Any) -> Any:
        """An item of the student's object."""
        return self._student.look(Item, target=self, key=key)

    def __iter__(self) -> Iterator[Any]:
        """The elements of the student's object, read all at once."""
        return iter(self._student.look(Iterate, target=self))

    def __setattr__(self, name: str, value: Any) -> None:
        raise TypeError("a test can't change a student's object")

    def _refuse(self, *_: Any) -> Any:
        raise AnswerError(f"an object of type {self._kind!r} is not plain data, so no test can compare it")

    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = _refuse
    __bool__ = __len__ = __contains__ = __int__ = __float__ = __index__ = _refuse
    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __array__ = _refuse
    __reduce_ex__ = _refuse
    __hash__ = object.__hash__

    def __repr__(self) -> str:
        return f"<{self._kind} of the student's>"


# What a class says of itself hides what `__getattr__` would give.
Proxy.__doc__ = property(lambda self: self.__getattr__("__doc__"))  # type: ignore[assignment]


@dataclass(frozen=True)
class Named:
    """What a name of the student's stands for, to be handed to the student's code as it is, not as a copy."""

    name: str


@dataclass(frozen=True)
class Read:
    """What was read of a name of the student's.

    Attributes:
        name: the student's.
        value: as the tests have it; they may change it.
        number: of the request.
        check_sum: of the bytes of the answer.
    """

    name: str
    value: Any
    number: int
    check_sum: int


class JudgeCodec(Codec):
    """Turns handles into proxies and configurations into models; sends proxies back as their handles."""

    student: "StudentSide"
    exact = crossing.EXACT

    def __init__(self) -> None:
        self.functions: list[Any] = []  # that tests have handed over

    def refuses(self, kind: type) -> bool:
        """Whether it is a class of the notebook's own, whose objects would be plain data on the other side."""
        return is_own(kind)

    def encode(self, value: Any) -> tuple[str, Any] | None:
        """What may be sent to the student process beside plain data."""
        if type(value) is Proxy:
            return "handle", {"id": value._id}
        if type(value) is Named:
            return "name", value.name
        if plain := crossing.encode(value):
            return plain
        if isinstance(value, np.random.Generator):
            return "generator", value.bit_generator.state
        if keras_models.is_model(value):
            return "model", keras_models.encode_model(value)
        tensorflow = sys.modules.get("tensorflow")
        if tensorflow is not None and isinstance(value, tensorflow.Tensor | tensorflow.Variable):
            raise WireError("a tensor can't be sent; send its NumPy array")
        if place := place_of(unguarded(value)):
            return "library", place
        if callable(value) and not isinstance(value, type):
            self.functions.append(value)
            return "function", {"id": len(self.functions) - 1, "name": str(getattr(value, "__name__", "function"))}
        return None

    def function(self, number: Any) -> Any:
        """A function that a test handed over.

        Raises:
            WireError: if there is none of this number.
        """
        if type(number) is not int or not 0 <= number < len(self.functions):
            raise WireError("a message names a function that no test has handed over")
        return self.functions[number]

    def encode_array(self, value: Any) -> tuple[str, Any] | None:
        """A name and plain data for an array of times, records or objects."""
        return crossing.encode(value)

    def encode_dict(self, value: Any) -> tuple[str, Any] | None:
        """A name and plain data for a dictionary of a special kind."""
        return dictionaries.encode(value)

    def decode(self, name: str, data: Any) -> Any:
        """What the student process sent beside plain data."""
        if name == "handle" and isinstance(data, dict) and set(data) == {"id", "type", "callable"}:
            number, kind, is_callable = data["id"], data["type"], data["callable"]
            if type(number) is int and type(kind) is str and type(is_callable) is bool:
                return Proxy(self.student, number, kind[:80], is_callable)
        if name == "function" and isinstance(data, dict):
            # One that a test handed over, and got back.
            return self.function(data.get("id"))
        if name == "library" and type(data) is list and data[:1] == ["builtins"] and len(data) == 2:
            found = find(*data)
            if isinstance(found, type):
                return found
        if name in crossing.READERS:
            return crossing.decode(name, data)
        if name == "model":
            return keras_models.decode_model(data)
        if name == "tensor" and isinstance(data, np.ndarray):
            import tensorflow

            return tensorflow.constant(data)
        return super().decode(name, data)


def _failed(answer: Failure) -> Exception:
    if answer.classes == NOT_SENT:
        return AnswerError(answer.message[:MESSAGE_LENGTH])
    error = exception(answer.classes, answer.message[:MESSAGE_LENGTH])
    error.from_student = True  # type: ignore[attr-defined]
    return error


class StudentSide:
    """The judge's line to the student process."""

    def __init__(self, channel: Channel):
        self.channel = channel
        # Gives a function that a test handed over, by its number.
        self.functions: Callable[[int], Any] = lambda number: [][number]
        if isinstance(channel.codec, JudgeCodec):
            self.functions = channel.codec.function
        self.count = 0
        self.lost = False
        self.seen: dict[bytes, Any] = {}  # what was read of objects, by the request without its number
        self.named: dict[int, Read] = {}  # what was read of names in this cell, by the id of the value
        self.check_sum = 0  # of what was received last
        self.claims = Claims()

    def look(self, kind: type[Request], **details: Any) -> Any:
        """As `ask`, but the same question has the same answer until something of the student's is called."""
        try:
            key = pack(to_wire(kind(0, **details)), self.channel.codec)
        except WireError as error:
            raise TypeError(f"a test can't hand this to the student's code: {error}") from None
        if key not in self.seen:
            self.seen[key] = self.ask(kind, **details)
        return self.seen[key]

    def begin_cell(self) -> None:
        """Forget what was read for the cell before."""
        self.seen.clear()
        self.named.clear()
        self.claims = Claims()

    def forget(self) -> None:
        """Let what was read of objects be over: what the test calls may have changed them."""
        self.seen.clear()
        self.claims.forget()

    def claimed(self, target: Proxy, name: str, value: Any) -> Any:
        """Note what an object says of itself.

        Raises:
            AnswerError: if that can't be true together with what it said before.
        """
        contradiction = self.claims.add(target._id, target._kind, name, value)
        if contradiction:
            raise AnswerError(contradiction)
        return value

    def ask(self, kind: type[Request], **details: Any) -> Any:
        """Send a request and give what it was answered with.

        Raises:
            Exception: one of Python's own, if the student's code raised one like it.
            StudentGoneError: if there is no student process any more.
            AnswerError: if what came can't be accepted.
        """
        answer = self._exchange(kind, **details)
        if isinstance(answer, Failure):
            raise _failed(answer)
        return guarded(answer.value) if isinstance(answer, Value) else None

    def read(self, name: str) -> Any:
        """The value of a name in the student process.

        Raises:
            KeyError: if it has no such name.
            AnswerError: if its value can't be handed over, or what came can't be accepted.
        """
        answer = self._exchange(Get, name=name)
        if isinstance(answer, Failure):
            raise _failed(answer)
        if not isinstance(answer, Value):
            raise KeyError(name)
        value = guarded(answer.value)
        if isinstance(value, MUTABLE) or type(value).__module__.split(".")[0] == "pandas":
            self.named[id(value)] = Read(name, value, self.count, self.check_sum)
        return value

    def as_named(self, value: Any) -> Any:
        """What stands for a value that a test hands over: its name, if it is still what was read of it."""
        read = self.named.get(id(value))
        if read is None or read.value is not value:
            return value
        try:
            packed = pack(to_wire(Value(read.number, unguarded(value))), self.channel.codec)
        except WireError:
            return value
        return Named(read.name) if crc32(packed) == read.check_sum else value

    def _exchange(self, kind: type[Request], **details: Any) -> Message:
        if self.lost:
            raise StudentGoneError("the student's process has ended")
        self.count += 1
        number = self.count
        try:
            self.channel.send(to_wire(kind(number, **details)))
        except ChannelClosedError:
            self.lost = True
            raise StudentGoneError("the student's process has ended") from None
        except WireError as error:
            raise TypeError(f"a test can't hand this to the student's code: {error}") from None
        while True:
            answer = self._receive()
            if isinstance(answer, CallBack) and answer.number == number:
                self._call_back(answer)
            elif isinstance(answer, Value | Missing | Failure) and answer.number == number:
                return answer
            else:
                raise AnswerError("the student's process did not answer what it was asked")

    def _receive(self) -> Message | None:
        try:
            packed = self.channel.receive_bytes()
            self.check_sum = crc32(packed)
        except KeyboardInterrupt:
            # What it would answer later must not be taken for an answer to the next question.
            self.lost = True
            raise StudentGoneError("the student's code did not answer in time") from None
        except (ChannelClosedError, ChannelTimeoutError):
            self.lost = True
            raise StudentGoneError("the student's process has ended") from None
        except WireError as error:
            # The rest of the stream makes no sense any more.
            self.lost = True
            raise AnswerError(str(error)) from None
        try:
            return from_wire(unpack(packed, self.channel.codec, self.channel.limits), Value, Missing, Failure, CallBack)
        except WireError as error:
            raise AnswerError(str(error)) from None

    def _call_back(self, message: CallBack) -> None:
        """Call a function that a test handed over, and tell the student process what it gives.

        Raises:
            StudentGoneError: if there is no student process any more.
        """
        reply: Message
        try:
            reply = Called(self.functions(message.function)(*message.args, **message.kwargs))
        except (StudentGoneError, KeyboardInterrupt):
            # The student's code waits for an answer that does not come.
            self.lost = True
            raise StudentGoneError("a function of the test did not end in time") from None
        except BaseException as error:
            reply = _call_failed(error)
        try:
            try:
                self.channel.send(to_wire(reply))
            except ChannelClosedError:
                raise
            except WireError as error:
                self.channel.send(to_wire(_call_failed(TypeError(f"what it gave can't be handed over: {error}"))))
        except ChannelClosedError:
            self.lost = True
            raise StudentGoneError("the student's process has ended") from None


def _call_failed(error: BaseException) -> CallFailed:
    return CallFailed([kind.__name__ for kind in type(error).__mro__][:20], str(error)[:MESSAGE_LENGTH])
