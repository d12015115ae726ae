import multiprocessing
from multiprocessing.shared_memory import SharedMemory


def square(x):
    return x * x


fork = multiprocessing.get_context("fork")
with fork.Pool(3) as pool:
    assert pool.map(square, range(4)) == [0, 1, 4, 9]
queue, lock, number = fork.Queue(), fork.Lock(), fork.Value("i", 3)
child = fork.Process(target=lambda: queue.put(5))
child.start()
assert queue.get() == 5
child.join()
shared = SharedMemory(create=True, size=99)
shared.close()
shared.unlink()
with lock, fork.Manager() as manager:
    assert list(manager.list([1])) == [number.value - 2]
