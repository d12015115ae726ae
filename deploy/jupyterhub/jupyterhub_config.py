"""A JupyterHub on one server for a class: system users, nbgrader's exchange, Formgrader for instructors.

`deploy/jupyterhub/start` reads it. What differs from server to server comes from the environment:

    GDL_HUB        where everything of the hub is, /srv/gdl if not set
    GDL_HUB_URL    where it listens, http://127.0.0.1:8000 if not set; put a web server with a certificate before it
    GDL_HUB_HOST   the address that browsers see, such as https://hub.example.org, if every user has a name below it
                   (ada.hub.example.org): without, a page that a student's server serves counts for browsers as one
                   of the instructor's, and could act in the name of an instructor who opens it
"""

import grp
import os
import pwd
import shutil
from pathlib import Path

HUB = Path(os.environ.get("GDL_HUB", "/srv/gdl"))
STUDENTS, INSTRUCTORS = "gdl-students", "gdl-instructors"

c = get_config()  # noqa: F821  (traitlets defines it)

c.JupyterHub.bind_url = os.environ.get("GDL_HUB_URL", "http://127.0.0.1:8000")
c.JupyterHub.subdomain_host = os.environ.get("GDL_HUB_HOST", "")
c.JupyterHub.hub_port = int(os.environ.get("GDL_HUB_PORT", "8081"))
c.JupyterHub.db_url = f"sqlite:///{HUB}/state/jupyterhub.sqlite"
c.JupyterHub.cookie_secret_file = str(HUB / "state" / "cookie_secret")
c.ConfigurableHTTPProxy.command = [str(HUB / "proxy" / "node_modules" / ".bin" / "configurable-http-proxy")]
c.ConfigurableHTTPProxy.api_url = os.environ.get("GDL_PROXY_API", "http://127.0.0.1:8001")
c.ConfigurableHTTPProxy.pid_file = str(HUB / "state" / "proxy.pid")

# Users of the system, by their passwords; who is in neither group is not let in.
c.JupyterHub.authenticator_class = "pam"
c.LocalAuthenticator.allowed_groups = {STUDENTS, INSTRUCTORS}
c.LocalAuthenticator.admin_groups = {INSTRUCTORS}
c.PAMAuthenticator.open_sessions = False

c.Spawner.cmd = [str(HUB / "env" / "bin" / "jupyterhub-singleuser")]
c.Spawner.default_url = "/lab"
c.Spawner.start_timeout = 120
c.Spawner.http_timeout = 120


def is_instructor(name: str) -> bool:
    """Whether a user of the system is in the group of instructors."""
    return name in grp.getgrnam(INSTRUCTORS).gr_mem


def prepare(spawner) -> None:
    """Before a user's server starts: settings by role, and the course folder of an instructor who has none."""
    name = spawner.user.name
    role = "instructor" if is_instructor(name) else "student"
    # The role's own settings come first, then those of all.
    places = [HUB / "etc" / role, HUB / "etc" / "all"]
    spawner.environment |= {
        "JUPYTER_CONFIG_PATH": os.pathsep.join(map(str, places)),
        "PATH": f"{HUB}/env/bin:/usr/bin:/bin",
        "KERAS_HOME": f"{HUB}/data/keras",
        "TF_CPP_MIN_LOG_LEVEL": "2",
    }
    user = pwd.getpwnam(name)
    home = Path(user.pw_dir)
    # The homes of many systems can be read by all of its users; work that is graded must not.
    home.chmod(0o700)
    course = home / "gdl"
    if role == "instructor" and not course.exists():
        shutil.copytree(HUB / "course", course)
        for path in (course, *course.rglob("*")):
            shutil.chown(path, user.pw_uid, user.pw_gid)


c.Spawner.pre_spawn_hook = prepare
