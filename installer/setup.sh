# shellcheck shell=bash
# What run.sh and test.sh share: `set_up run` or `set_up test` makes a Debian or Ubuntu machine ready, and returns at
# once when it already is. Hides which system packages count, how a half-made set-up heals, and how the language engine
# is built.
#
# It writes to the checkout (.venv and .build), to the user's cache folder, and, with apt alone, to the system.
# Exit codes: 1 when a step failed, 2 when the person has to do something first.

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
VENV=$ROOT/.venv
BUILD=$ROOT/.build
LOG=$BUILD/setup.log
PROCESSOR=/proc/cpuinfo
CACHE=${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/understudy
LLAMA_VERSION=$(sed -n 's/^llama-cpp-python==//p' "$ROOT/installer/lock.txt")

# GGML_NATIVE: the library uses all that this processor has, since it is built where it runs; that is worth more speed
# than any other switch. The price is that it may not run elsewhere, so the processor is part of its key (engine_key).
# No versioned names and $ORIGIN: a wheel holds no links, and the libraries find each other wherever they are installed.
# shellcheck disable=SC2016
LLAMA_OPTIONS=(
    -DCMAKE_BUILD_TYPE=Release -DBUILD_SHARED_LIBS=ON -DGGML_NATIVE=ON -DGGML_CCACHE=OFF
    -DCMAKE_PLATFORM_NO_VERSIONED_SONAME=ON -DCMAKE_BUILD_WITH_INSTALL_RPATH=ON '-DCMAKE_INSTALL_RPATH=$ORIGIN'
    -DLLAMA_CURL=OFF -DLLAMA_BUILD_COMMON=OFF -DLLAMA_BUILD_TESTS=OFF -DLLAMA_BUILD_TOOLS=OFF
    -DLLAMA_BUILD_EXAMPLES=OFF -DLLAMA_BUILD_SERVER=OFF -DLLAMA_BUILD_APP=OFF
)

export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1 PIP_ROOT_USER_ACTION=ignore PIP_PROGRESS_BAR=off

# --- speaking to the person -------------------------------------------------------------------------------------------

if [[ -t 1 && -z ${NO_COLOR:-} && ${TERM:-dumb} != dumb ]]; then
    TERMINAL=1 GREEN=$'\e[32m' RED=$'\e[31m' PLAIN=$'\e[0m'
else
    TERMINAL='' GREEN='' RED='' PLAIN=''
fi

duration() { # duration SECONDS
    if (($1 < 60)); then echo "$1 s"; else echo "$(($1 / 60)) min $(($1 % 60)) s"; fi
}

stop() { # stop CODE WHAT REMEDY: the last words of a set-up
    printf '\n%s%s%s %s\n' "$RED" "$2" "$PLAIN" "$3" >&2
    exit "$1"
}

# Everything a command says goes to the log. On screen: how far it is, read from ninja's [n/m] or counted from pip.
watch() { # watch LINE_SO_FAR PACKAGES
    local line done=0 of=$2 told=0
    while IFS= read -r line; do
        printf '%s\n' "$line" >>"$LOG"
        if [[ $line =~ ^\[([0-9]+)/([0-9]+)\] ]]; then
            done=${BASH_REMATCH[1]} of=${BASH_REMATCH[2]}
        elif [[ $of -gt 0 && $line =~ ^(Collecting|Processing|Ignoring|Requirement)\  ]]; then
            done=$((done + 1))
        else
            continue
        fi
        if [[ $TERMINAL ]]; then
            printf '\r\e[K%s ... %d/%d' "$1" "$done" "$of"
        elif ((done * 4 / of > told)); then # a log file wants a few signs of life, not one for every step
            told=$((done * 4 / of))
            printf ' %d/%d' "$done" "$of"
        fi
    done
}

STEP=0 STEPS=5

step() { # step WHAT REMEDY PACKAGES COMMAND...: one line on screen; the command's own words go to the log
    local began=$SECONDS status what=$1 remedy=$2 packages=$3 line
    shift 3
    STEP=$((STEP + 1))
    line="[$STEP/$STEPS] $what"
    printf '%s ...' "$line"
    printf '\n=== %s\n' "$line" >>"$LOG"
    set +e # the command runs under its own -e, which bash would ignore inside an `if`
    (
        exec 9>&- </dev/null # whatever it leaves running must not hold the lock
        set -e
        "$@"
    ) 2>&1 | watch "$line" "$packages"
    status=${PIPESTATUS[0]}
    set -e
    [[ ! $TERMINAL ]] || printf '\r\e[K%s ...' "$line"
    if ((status)); then
        printf ' %sfailed%s after %s\n\n' "$RED" "$PLAIN" "$(duration $((SECONDS - began)))"
        tail -n 15 "$LOG" | cut -c -200 | sed 's/^/    /'
        stop 1 "Set-up stopped: this step failed." "$remedy The whole log is $LOG"
    fi
    printf ' %sdone%s in %s\n' "$GREEN" "$PLAIN" "$(duration $((SECONDS - began)))"
}

# --- what this machine is ---------------------------------------------------------------------------------------------

# What the compiled engine depends on: its version and options, the system's C library, and the processor's abilities
# (their names alone; the full list of flags also changes with the kernel).
engine_key() {
    local abilities
    abilities=$(grep -m1 -E '^(flags|Features)' "$PROCESSOR" | tr -s '[:space:]' '\n' |
        grep -E '^(sse4|ssse3|avx|fma|f16c|bmi|amx|asimd|sve|sme|i8mm|bf16|fphp)' | sort -u) || true
    printf '%s\n' "$LLAMA_VERSION" "${LLAMA_OPTIONS[@]}" "$(uname -m)" "$(getconf GNU_LIBC_VERSION)" "$abilities" |
        sha256sum | cut -c -12
}

engine_wheel() { # the finished engine in the cache, or nothing
    local wheel
    for wheel in "$CACHE/llama-$LLAMA_VERSION-$(engine_key)"/*.whl; do
        [[ ! -f $wheel ]] || echo "$wheel"
    done
}

locks() { # locks KIND: the files that say what is installed
    echo "$ROOT/installer/lock.txt"
    [[ $1 != test ]] || echo "$ROOT/installer/lock-dev.txt"
}

# Everything that a set-up followed from. The folder counts because an environment cannot be moved.
fingerprint() { # fingerprint KIND
    local files
    mapfile -t files < <(locks "$1")
    {
        printf '%s\n' "$ROOT" "$(engine_key)"
        "$VENV/bin/python" -V
        cat "$ROOT/installer/setup.sh" "${files[@]}"
    } 2>&1 | sha256sum | cut -c -40
}

is_ready() { # is_ready KIND
    [[ ! -e $VENV/.incomplete && -f $VENV/.ready-$1 && $(<"$VENV/.ready-$1") == "$(fingerprint "$1")" ]]
}

# The newest Python that fits; one that can make an environment before one that cannot.
find_python() { # prints its path; prints nothing when there is none
    local name found fallback='' question='import sys; (3, 11) <= sys.version_info < (3, 14) and print(sys.executable)'
    for name in python3.13 python3.12 python3.11 python3; do
        found=$("$name" -c "$question" 2>/dev/null) || continue
        [[ $found ]] || continue
        if "$found" -c 'import ensurepip, venv' 2>/dev/null; then
            echo "$found"
            return
        fi
        fallback=${fallback:-$found}
    done
    echo "$fallback"
}

# The system packages that are missing, as Debian calls them. Looks for the thing and not for its package, so that a
# compiler or a library that came another way counts as well.
missing_packages() {
    local python libraries
    python=$(find_python)
    libraries=$(PATH=$PATH:/sbin:/usr/sbin ldconfig -p 2>/dev/null) || libraries=
    if [[ ! $python ]]; then
        echo python3 python3-venv
    elif ! "$python" -c 'import ensurepip' 2>/dev/null; then
        "$python" -c 'import sys; print(f"python3.{sys.version_info.minor}-venv")'
    fi
    if [[ ! $(engine_wheel) ]]; then
        { command -v cc && command -v c++; } >/dev/null || echo g++
        command -v cmake >/dev/null || echo cmake
        command -v ninja >/dev/null || echo ninja-build
    fi
    [[ $libraries == *libgomp.so.1* ]] || echo libgomp1           # llama.cpp's threads
    [[ $libraries == *libportaudio.so.2* ]] || echo libportaudio2 # sounddevice's wheel has it on Windows only
    # The words on the contact sheet and on the camera; see app/devices/lettering.py for the faces that it knows.
    find /usr/share/fonts /usr/local/share/fonts -name DejaVuSans.ttf -o -name NotoSans-Regular.ttf 2>/dev/null |
        grep -q . || echo fonts-dejavu-core
    # A desktop's sound server (PulseAudio, PipeWire) is reached through this plugin of ALSA; a server has neither.
    if command -v pulseaudio pipewire-pulse >/dev/null &&
        ! compgen -G '/usr/lib/*/alsa-lib/libasound_module_pcm_p[ui]*.so' >/dev/null; then
        echo libasound2-plugins
    fi
}

# --- the steps --------------------------------------------------------------------------------------------------------

may_install() {
    ((EUID == 0)) || sudo -n true 2>/dev/null
}

install_packages() { # install_packages PACKAGES...
    local apt=(env DEBIAN_FRONTEND=noninteractive apt-get -y -o DPkg::Lock::Timeout=300)
    ((EUID == 0)) || apt=(sudo -n "${apt[@]}")
    # The lists of a fresh machine are absent, those of an old one may be stale; any others serve as they are.
    "${apt[@]}" install --no-install-recommends "$@" || {
        "${apt[@]}" update
        "${apt[@]}" install --no-install-recommends "$@"
    }
}

provide_packages() {
    local missing
    mapfile -t missing < <(missing_packages | tr ' ' '\n')
    if ((${#missing[@]} == 0)); then
        step "System packages are all there" "" 0 true
        return
    fi
    if ! command -v apt-get >/dev/null; then
        echo "Understudy's set-up knows apt only, and this machine lacks what Debian calls: ${missing[*]}"
        echo "  Fedora: dnf install python3 gcc-c++ cmake ninja-build libgomp portaudio"
        echo "  Arch:   pacman -S python gcc cmake ninja portaudio"
        case " ${missing[*]} " in
        *" python3"* | *" g++ "* | *" cmake "* | *" ninja-build "*)
            stop 2 "Set-up cannot go on without these." "Install them with your package manager, then start again."
            ;;
        esac
        step "Going on without ${missing[*]}" "" 0 true
        return
    fi
    if ! may_install; then
        stop 2 "Some system packages are missing, and only an administrator may install them." \
            "Run this, then start again:

    sudo apt-get update && sudo apt-get install -y --no-install-recommends ${missing[*]}"
    fi
    step "Installing ${#missing[@]} system packages with apt" \
        "Check the internet connection, or install them yourself: apt-get install ${missing[*]}." 0 \
        install_packages "${missing[@]}"
}

# .incomplete stands in the environment while pip writes there. A set-up that finds it makes the environment anew:
# nobody can tell which of its files are whole.
make_environment() { # make_environment PYTHON
    if [[ -e $VENV/.incomplete ]] ||
        ! "$VENV/bin/python" -c 'import pip, sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))'; then
        rm -rf "$VENV"
        mkdir "$VENV"
        touch "$VENV/.incomplete"
        "$1" -m venv "$VENV"
    fi
}

# --no-compile: Python compiles what it really imports, when it does; compiling all of it here costs more than it saves.
pip_install() {
    touch "$VENV/.incomplete"
    "$VENV/bin/python" -u -m pip install --no-deps --no-compile "$@"
    rm "$VENV/.incomplete"
}

install_python_packages() { # install_python_packages KIND
    local files
    mapfile -t files < <(locks "$1")
    sed '/^llama-cpp-python==/d' "${files[@]}" >"$BUILD/packages.txt"
    # srt is a single file of Python, which Vosk opens and which exists as source only.
    pip_install --only-binary :all: --no-binary srt --requirement "$BUILD/packages.txt"
}

# The package's own build compiles twice as much as Python ever loads, and offers no switch for that. So the one target
# that is needed is built by itself, laid into the package's source, and the package is then built without compiling.
build_engine() {
    local work=$BUILD/llama source memory jobs shelf
    shelf=$CACHE/llama-$LLAMA_VERSION-$(engine_key)
    mkdir -p "$CACHE"
    exec 8>"$CACHE/llama.lock"
    flock 8 # another checkout may be building the same
    [[ ! $(engine_wheel) ]] || return 0

    rm -rf "$work"
    mkdir -p "$work"
    unset CMAKE_ARGS CMAKE_GENERATOR CFLAGS CXXFLAGS LDFLAGS # what the key does not know must not matter
    "$VENV/bin/python" -m pip download --no-deps --no-binary llama-cpp-python --dest "$work" \
        "llama-cpp-python==$LLAMA_VERSION"
    tar -xzf "$work"/llama_cpp_python-*.tar.gz -C "$work"
    source=$work/llama_cpp_python-$LLAMA_VERSION

    memory=$(awk '/^MemAvailable/ { print int($2 / 1048576) }' /proc/meminfo)
    jobs=$(nproc)
    ((jobs <= memory)) || jobs=$((memory > 1 ? memory : 1)) # the largest of its files take almost 1 GiB to compile
    cmake -S "$source/vendor/llama.cpp" -B "$work/build" -G Ninja "${LLAMA_OPTIONS[@]}"
    cmake --build "$work/build" --target llama -j "$jobs"

    mkdir -p "$source/llama_cpp/lib"
    cp "$work"/build/bin/*.so "$source/llama_cpp/lib/"
    rm -f "$source/.gitignore" # it would keep lib/ out of the wheel
    CMAKE_ARGS="-DLLAMA_BUILD=OFF -DLLAVA_BUILD=OFF" "$VENV/bin/python" -m pip wheel --no-deps \
        --wheel-dir "$work/wheel" "$source"
    rm -rf "$shelf" "$shelf.new"
    mv "$work/wheel" "$shelf.new" && mv "$shelf.new" "$shelf" # two moves: the last one never crosses a disk
    rm -rf "$work"
}

install_engine() {
    pip_install --force-reinstall "$(engine_wheel)"
}

build_and_install_engine() {
    build_engine
    install_engine
}

# Opens everything once, which also compiles what the first start needs. Not PySide6: nothing uses it before there is a
# window, and the system libraries that it wants would double the time that apt takes on a bare machine.
check_imports() {
    "$VENV/bin/python" - <<'PYTHON'
import importlib

for name in (
    "numpy soxr cv2 PIL.Image av vosk pocketsphinx llama_cpp piper onnx onnxruntime sounddevice "
    "pyvirtualcam psutil platformdirs"
).split():
    print("opening", name)
    importlib.import_module(name)

import llama_cpp

llama_cpp.llama_backend_init()
print(llama_cpp.llama_print_system_info().decode())
PYTHON
}

# --- the whole --------------------------------------------------------------------------------------------------------

check_machine() {
    local glibc free
    glibc=$(getconf GNU_LIBC_VERSION 2>/dev/null) || glibc="none"
    if [[ $(printf '%s\n' "2.34" "${glibc#glibc }" | sort -V | head -n 1) != 2.34 ]]; then
        stop 2 "This system is too old for the packages that Understudy uses (it has C library ${glibc#glibc })." \
            "Use Debian 12, Ubuntu 22.04 or newer."
    fi
    free=$(df -Pk "$ROOT" | awk 'NR == 2 { print int($4 / 1048576) }')
    ((free >= 2)) || stop 2 "There are only $free GiB left on the disk of $ROOT." "Free 2 GiB there, then start again."
}

follow_steps() { # follow_steps KIND
    local kind=$1 began=$SECONDS python
    local online="Check the internet connection, then start again; finished steps are kept."
    echo "Setting Understudy up in $ROOT"
    date >"$LOG"
    provide_packages
    python=$(find_python)
    [[ $python ]] || stop 2 "There is no Python 3.11, 3.12 or 3.13 here." "Install one of them, then start again."
    step "Making the Python environment (.venv)" "Check that $python works." 0 make_environment "$python"
    step "Installing Python packages" "$online" "$(locks "$kind" | xargs cat | grep -vc -e '^#' -e '^llama')" \
        install_python_packages "$kind"
    if [[ $(engine_wheel) ]]; then
        step "Installing the language engine, built earlier" "Delete $CACHE, then start again." 0 install_engine
    else
        step "Building the language engine (about 3 minutes on two cores)" "$online" 0 build_and_install_engine
    fi
    step "Checking that everything opens" "Delete $VENV, then start again." 0 check_imports

    [[ $kind != test ]] || fingerprint run >"$VENV/.ready-run"
    fingerprint "$kind" >"$VENV/.ready-$kind"
    echo "Understudy is set up, in $(duration $((SECONDS - began)))."
}

set_up() { # set_up run | set_up test
    local kind=$1
    ! is_ready "$kind" || return 0
    trap 'stop 130 "Set-up was interrupted." "Start again: it goes on where it can."' INT TERM
    check_machine
    mkdir -p "$BUILD"
    exec 9>"$BUILD/lock"
    if ! flock -n 9; then
        echo "Another set-up of this folder is running; waiting for it to finish."
        flock 9
    fi
    is_ready "$kind" || follow_steps "$kind" # another one may have done it meanwhile
    exec 9>&-
    trap - INT TERM
}
