#!/bin/bash
# Builds the images of docker/Dockerfile for real, without a container engine, and uses them.
#
#   docker/test.sh [cpu] [cuda] [grading]      # all three if none is named
#
# It wants root, buildah, debootstrap and bubblewrap (`apt-get install buildah debootstrap bubblewrap`), a mirror of Debian
# and a package index; 25 GB of disk while it runs, and a quarter of an hour on two cores. BUILD_OPTIONS goes to
# `buildah build` and `buildah run`, for a machine whose network needs certificates or a configuration of pip:
# BUILD_OPTIONS="-v /etc/pip.conf:/etc/pip.conf:ro".
set -euo pipefail
cd "$(dirname "$0")/.."
work=$PWD/_build/image
data=${GDL_CIFAR10:-}
base=localhost/gdl-base
export STORAGE_DRIVER=vfs BUILDAH_ISOLATION=chroot
read -ra options <<<"${BUILD_OPTIONS:-}"
buildah() { command buildah --root "$work/store" --runroot "$work/run" "$@"; }
say() { printf '\nimage test: %s\n' "$*"; }
fail() { say "FAILED: $*"; exit 1; }

for program in buildah debootstrap bwrap; do
    command -v $program >/dev/null || fail "$program is missing; type: apt-get install buildah debootstrap bubblewrap"
done
mkdir -p "$work"

# Instead of the official image of Python, a Debian with its own Python.
if ! buildah inspect --type image $base >/dev/null 2>&1; then
    say "a base of Debian, by debootstrap"
    [ -e "$work/debian.done" ] || {
        rm -rf "$work/debian"
        debootstrap --variant=minbase --include=python3,python3-venv,ca-certificates bookworm "$work/debian" >"$work/base.log"
        rm -rf "$work"/debian/var/lib/apt/lists/* "$work"/debian/var/cache/apt/*
        touch "$work/debian.done"
    }
    empty=$(buildah from scratch)
    buildah add -q "$empty" "$work/debian" / >/dev/null
    buildah commit -q --rm "$empty" $base >/dev/null
fi

build() { # target variant
    say "building $1 ($2)"
    buildah build -q --format docker --layers=false --pull-never -f docker/Dockerfile --target "$1" \
        --build-arg BASE=$base --build-arg VARIANT="$2" "${options[@]}" -t "localhost/gdl-$1:$2" . >/dev/null
    box=$(buildah from --pull-never "localhost/gdl-$1:$2")
    root=$(buildah mount "$box")
    say "$1 ($2) is $(du -sm --apparent-size "$root" | cut -f1) MB unpacked"
    ! find "$root/usr" "$root/opt" -name 'gcc*' -type f -perm -1 | grep . || fail "a compiler was left behind"
    [ "$(buildah inspect --format '{{.OCIv1.Config.User}}' "$box")" = 1000 ] || fail "the user is not student"
    for folder in solutions answers tests; do
        [ ! -e "$root/course/$folder" ] || fail "$folder is in the image"
    done
    for package in gdl_utils nbjudge; do [ -e "$root/course/$package" ] || fail "$package is not in the image"; done
}
# What can't write but to its volumes runs as in a container: as the image's user, with its variables.
inside() { buildah run --user student "${options[@]}" "${more[@]}" "$box" -- "$@"; }
# What a student does with either variant, on a machine without a GPU.
used() {
    inside gdl device | tee "$work/device.log"
    grep -q "computes on the CPU" "$work/device.log" || fail "the start does not say the device"
    say "the doctor in it"
    inside gdl doctor | tee "$work/doctor.log" || fail "the doctor found a fault"
    grep -q "ok    device: A training step of a Conv2D works on CPU:0" "$work/doctor.log" || fail "no training step"
    say "page 2.2 in the smoke profile"
    inside env GDL_PROFILE=smoke gdl book run book/2_2_multilayer_perceptron.ipynb
}
remove() { buildah umount "$box" >/dev/null; buildah rm "$box" >/dev/null; buildah rmi -f "$1" >/dev/null; }

more=()
[ -z "$data" ] || more=(-v "$data:/data/cifar10.npz:ro" -e GDL_CIFAR10=/data/cifar10.npz)
for what in ${*:-cpu cuda grading}; do
    case $what in
        cpu)
            build course cpu
            size=$(du -sm --apparent-size "$root" | cut -f1)
            [ "$size" -lt 2500 ] || fail "the image of the CPU is $size MB, and 2,500 are allowed"
            used
            say "JupyterLab answers"
            inside sh -c 'start --ServerApp.token= >/tmp/lab.log 2>&1 & lab=$!
                for _ in $(seq 60); do
                    python3 -c "import urllib.request as u; print(u.urlopen(\"http://127.0.0.1:8888/api/contents\").read().decode())" 2>/dev/null && break
                    sleep 1
                done; kill $lab' | grep -q 02_shapes_and_parameters || fail "JupyterLab does not show the assignments"
            remove localhost/gdl-course:cpu
            ;;
        cuda)
            build course cuda
            used
            say "with GDL_REQUIRE_GPU=1 the start must fail"
            if inside env GDL_REQUIRE_GPU=1 start >"$work/required.log" 2>&1; then fail "it started without a GPU"; fi
            cat "$work/required.log"
            grep -q "NVIDIA Container Toolkit" "$work/required.log" || fail "it does not say the remedy"
            remove localhost/gdl-course:cuda
            ;;
        grading)
            build grading cpu
            say "a class of an assignment, graded in it"
            course=$(mktemp -d)
            .venv/bin/gdl sample-class 02_shapes_and_parameters --course "$course/class" >/dev/null
            chmod -R a+rwX "$course"
            # The kernel makes no namespaces for a process in a chroot, so bubblewrap takes the place of the container here.
            bwrap --die-with-parent --bind "$root" / --dev /dev --perms 1777 --tmpfs /dev/shm \
                --bind /proc /proc --perms 1777 --tmpfs /tmp --bind "$course/class" /srv/course --chdir /course \
                --clearenv --setenv HOME /home/student --setenv PATH /opt/gdl/bin:/usr/local/bin:/usr/bin:/bin \
                setpriv --reuid 1000 --regid 1000 --clear-groups \
                gdl grade 02_shapes_and_parameters --course /srv/course --cell-seconds 10 || [ $? = 1 ]
            .venv/bin/gdl export 02_shapes_and_parameters --course "$course/class" --format csv | head -4
            remove localhost/gdl-grading:cpu
            ;;
        *) fail "there is no image $what: choose among cpu, cuda, grading" ;;
    esac
done
say "all passed"
