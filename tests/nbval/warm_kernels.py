"""Kernels for the pages that start at once: each is a fork of one process that has already imported TensorFlow.

Otherwise each of thirty notebooks imports it anew, which takes about 4 s of a core every time, and half of the pages
unpack the mask of the world map for another 2 s. The server does both once, waits at a socket, and forks a kernel for
each client that connects. Jupyter starts the client as if it were the kernel. The client passes signals on, and when
the kernel or the client ends, the other one ends as well.

    python warm_kernels.py serve SOCKET
    python warm_kernels.py connect SOCKET CONNECTION_FILE
"""

import importlib
import json
import os
import signal
import socket
import sys
from pathlib import Path

# In the process that forks: threads don't survive a fork, and pyarrow, which Keras imports by pandas, would start one.
ENVIRONMENT = {
    "JE_ARROW_MALLOC_CONF": "background_thread:false",
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
}

MODULES = (
    "ipykernel.kernelapp",
    "matplotlib.pyplot",
    "tensorflow",
    "keras",
    "gdl_utils.generative.report",
    "gdl_utils.generative.training",
)


def kernel_spec(socket_path: Path) -> str:
    """What `kernel.json` says for a kernel that the server at a socket forks."""
    command = [sys.executable, "-S", "-E", __file__, "connect", str(socket_path), "{connection_file}"]
    return json.dumps({"argv": command, "display_name": "Python 3 (warm)", "language": "python"})


def serve(socket_path: str) -> None:
    """Import what pages need, and fork a kernel for each connection until this process is ended."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
        # Clients may connect from now on; they wait until the imports are done.
        listener.bind(socket_path)
        listener.listen()
        from gdl_utils.datasets.land import mask_of_land

        for module in MODULES:
            importlib.import_module(module)
        mask_of_land()
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # no zombies
        while True:
            connection, _ = listener.accept()
            if os.fork() == 0:
                listener.close()
                run_kernel(connection)
            connection.close()


def run_kernel(connection: socket.socket) -> None:
    """Be the kernel that a client asked for; never returns."""
    import threading

    from ipykernel.kernelapp import launch_new_instance

    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    with connection.makefile("r") as lines:
        asked = json.loads(lines.readline())
    os.chdir(asked["folder"])
    os.environ.clear()
    os.environ.update(asked["environment"] | ENVIRONMENT)
    # As nbval starts a kernel; what the server itself complains about can still be seen.
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in range(3):
        os.dup2(nowhere, stream)
    connection.sendall(f"{os.getpid()}\n".encode())

    def end_with_client():
        connection.recv(1)
        os._exit(1)

    threading.Thread(target=end_with_client, daemon=True).start()
    launch_new_instance(argv=["-f", asked["connection_file"]])
    os._exit(0)


def connect(socket_path: str, connection_file: str) -> None:
    """Ask for a kernel, and stand for it as long as it lives."""
    environment = {name: value for name, value in os.environ.items() if name != "JPY_PARENT_PID"}
    asked = {"folder": os.getcwd(), "environment": environment, "connection_file": connection_file}
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.connect(socket_path)
        connection.sendall(json.dumps(asked).encode() + b"\n")
        with connection.makefile("r") as lines:
            kernel = int(lines.readline())
            signal.signal(signal.SIGINT, lambda number, _: os.kill(kernel, number))
            lines.read()  # until the kernel has ended


if __name__ == "__main__":
    {"serve": serve, "connect": connect}[sys.argv[1]](*sys.argv[2:])
