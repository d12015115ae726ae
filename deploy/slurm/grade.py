"""Grades an assignment on a SLURM cluster: starts Dask workers as jobs, and `gdl grade` with their scheduler.

    deploy/dask/certificates ~/gdl-tls
    export DASK_CONFIG=~/gdl-tls
    python deploy/slurm/grade.py 02_shapes_and_parameters --jobs 20 --course FOLDER

It needs `pip install dask-jobqueue` beside the environment of the course, in the same place on all nodes, and
bubblewrap there. The folder with the certificates has to be in the same place on all nodes, too, and only you may read
its keys. Workers get submissions over the network, encrypted. Not tested by this repository, which has no SLURM at
hand; the Dask workers that it starts are those of `gdl grade --scheduler`.
"""

import argparse
import subprocess
import sys
from pathlib import Path

from dask_jobqueue import SLURMCluster
from distributed import Security

# A submission of the heaviest assignment, 05_cnn, takes up to 2 GiB twice: in the student's process and the judge's.
GIB_A_WORKER = 5


def main() -> None:
    """Start the cluster, grade, stop the cluster."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("assignment")
    parser.add_argument("--jobs", type=int, default=10, help="jobs, each with --workers workers")
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument("--queue")
    parser.add_argument("--walltime", default="01:00:00")
    arguments, more = parser.parse_known_args()
    security = Security()
    if not security.require_encryption:
        parser.error("other users reach this cluster: make certificates, and name their folder in DASK_CONFIG")
    with SLURMCluster(
        queue=arguments.queue,
        cores=arguments.workers,
        processes=arguments.workers,
        memory=f"{GIB_A_WORKER * arguments.workers} GiB",
        walltime=arguments.walltime,
        python=sys.executable,
        security=security,
        # Dask's web pages have no password.
        scheduler_options={"dashboard": False},
        worker_extra_args=["--no-dashboard"],
    ) as cluster:
        cluster.scale(jobs=arguments.jobs)
        cluster.wait_for_workers(1)
        gdl = Path(sys.executable).with_name("gdl")
        line = [gdl, "grade", arguments.assignment, "--scheduler", cluster.scheduler_address, *more]
        raise SystemExit(subprocess.run(line).returncode)


if __name__ == "__main__":
    main()
