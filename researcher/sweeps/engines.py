"""Where the settings of a sweep are run: a table of adapters, from what there is to one small interface."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import Executor, Future
from dataclasses import dataclass
from typing import Any

from researcher.errors import EngineError, MissingExtra
from researcher.sweeps.job import Job, Outcome
from researcher.sweeps.sending import Parcel, keep, sent
from researcher.sweeps.settings import Setting

Call = Callable[[Parcel, Setting], Outcome]
_AHEAD = 1000  # settings that a cluster is given at a time, so that it sees how much there is to do
_THREADS = (
    *(f"{library}_NUM_THREADS" for library in ("OMP", "OPENBLAS", "MKL", "BLIS", "NUMBA", "NUMEXPR")),
    "VECLIB_MAXIMUM_THREADS",
)


@dataclass
class Engine:
    """Something that runs jobs.

    Attributes:
        submit: calls something with a parcel and a setting.
        parcel: the job, as it is handed over with each setting.
        slots: how many jobs run at once.
        window: how many it is given at once.
        end: called at the end; with True, what still runs is ended too, if that is possible.
        here: whether a job runs in this thread, while it is submitted.
        anew: makes another one in the place of one whose worker was killed, if that is ours to do.
    """

    submit: Callable[[Call, Parcel, Setting], Future[Outcome]]
    parcel: Parcel
    slots: int
    window: int
    end: Callable[[bool], object] = lambda _: None
    anew: Callable[[], Engine] | None = None
    here: bool = False


def engine_for(given: object, job: Job, n_jobs: int, most: int) -> Engine:
    """The engine that is wanted.

    Args:
        given: a dask ``Client``, the module ``ray``, any ``concurrent.futures.Executor``, or None for this process
            or processes of our own.
        job: what is done for each setting.
        n_jobs: how many processes; -1 for one a core, -2 for one less. Of a given engine, how many jobs at once;
            negative for all that it can.
        most: how many jobs there will be.

    Raises:
        EngineError: there is no adapter for it, or it cannot be reached.
        NotSendable: the function cannot be sent there.
        MissingExtra: a package that it needs is not installed.
    """
    if given is None:
        return _here(job) if n_jobs == 1 else _loky(job, n_jobs, most)
    for fits, adapter in _ADAPTERS:
        if fits(given):
            engine = adapter(given, job)
            if n_jobs > 0:
                engine.slots = engine.window = n_jobs
            return engine
    raise EngineError(
        f"engine={given!r}: a sweep runs on a dask Client, on the module ray, or on a concurrent.futures.Executor; "
        "without engine=... it runs on this machine"
    )


def _here(job: Job) -> Engine:
    """This process, one after the other."""

    def submit(call: Call, parcel: Parcel, setting: Setting) -> Future[Outcome]:
        future: Future[Outcome] = Future()
        try:
            future.set_result(call(parcel, setting))
        except Exception as error:  # noqa: BLE001 - it is the future's to raise
            future.set_exception(error)
        return future

    return Engine(submit, job, slots=1, window=1, here=True)


def _loky(job: Job, n_jobs: int, most: int) -> Engine:
    """Processes of our own, which know the job from their beginning."""
    try:
        from joblib.externals import loky
    except ImportError:
        raise MissingExtra("sweep", "a sweep in several processes needs joblib, one with n_jobs=1 does not") from None
    slots = min(most, n_jobs if n_jobs > 0 else max(1, loky.cpu_count() + 1 + n_jobs))
    # Each with its share of the cores, or libraries of arrays would start a thread a core in every process.
    threads = str(max(1, loky.cpu_count() // slots))
    shares = {name: os.environ.get(name, threads) for name in _THREADS}
    content = sent(job)

    def anew() -> Engine:
        executor = loky.ProcessPoolExecutor(slots, env=shares, initializer=keep, initargs=(content,))
        end = lambda kill: executor.shutdown(wait=True, kill_workers=kill)  # noqa: E731
        return Engine(executor.submit, None, slots, 2 * slots, end, anew)

    return anew()


def _executor(executor: Any, job: Job) -> Engine:
    slots = getattr(executor, "_max_workers", None) or os.cpu_count() or 1
    return Engine(executor.submit, sent(job), slots, 2 * slots)


def _threads(executor: Any, job: Job) -> Engine:
    return Engine(executor.submit, job, executor._max_workers, 2 * executor._max_workers)


def _dask(client: Any, job: Job) -> Engine:
    content = sent(job)
    try:
        if client.status != "running":
            raise OSError(f"its client is {client.status}")
        slots = sum(client.ncores().values())
        executor = client.get_executor(pure=False)
        parcel = client.submit(_same, content, pure=False)  # which is made again if a worker takes it along
    except (OSError, RuntimeError, ValueError) as error:
        raise EngineError(
            f"the dask cluster of {client!r} cannot be reached: {error}. Start it, and connect a new Client"
        ) from error
    return Engine(executor.submit, parcel, max(1, slots), max(_AHEAD, 2 * slots))


def _ray(ray: Any, job: Job) -> Engine:
    if not ray.is_initialized():
        raise EngineError("ray is not connected: call ray.init(), or ray.init(address=...) for a cluster that runs")
    parcel = ray.put(sent(job))
    slots = max(1, int(ray.cluster_resources().get("CPU", 1)))

    task = ray.remote(_done)

    def submit(call: Call, parcel: Parcel, setting: Setting) -> Future[Outcome]:
        future: Future[Outcome] = task.remote(call, parcel, setting).future()
        return future

    return Engine(submit, parcel, slots, max(_AHEAD, 2 * slots))


def _same(content: bytes) -> bytes:
    return content


def _done(call: Call, parcel: Parcel, setting: Setting) -> Outcome:
    return call(parcel, setting)


def _of_kind(module: str, name: str) -> Callable[[object], bool]:
    """Whether something is of a class of a package, which is not imported for that."""
    return lambda given: any(
        kind.__name__ == name and kind.__module__.partition(".")[0] == module for kind in type(given).__mro__
    )


_ADAPTERS: tuple[tuple[Callable[[object], bool], Callable[[Any, Job], Engine]], ...] = (
    (_of_kind("distributed", "Client"), _dask),
    (lambda given: getattr(given, "__name__", "") == "ray", _ray),
    (_of_kind("concurrent", "ThreadPoolExecutor"), _threads),
    (lambda given: isinstance(given, Executor), _executor),
)
