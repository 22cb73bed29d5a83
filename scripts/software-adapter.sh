#!/usr/bin/env bash
# A Vulkan driver that computes on the processor (Mesa's lavapipe), so that the backend webgpu can be tried on a machine without a GPU.
# Takes Debian's packages into a folder of the user's cache: nothing is installed. Prints the environment that uses it:
#   eval "$(scripts/software-adapter.sh)"
# Where it cannot, it says why in one line and ends with 1.
set -uo pipefail

fail() { echo "no software adapter: $1" >&2; exit 1; }

[ "$(uname -sm)" = "Linux x86_64" ] || fail "it is made for Linux on x86_64, this is $(uname -sm)"
for tool in apt-get dpkg-deb ldd; do command -v "$tool" >/dev/null || fail "$tool is not there, and the driver comes as Debian packages"; done

home=${XDG_CACHE_HOME:-$HOME/.cache}/imgano/software-adapter
root=$home/root
libraries=$root/usr/lib/x86_64-linux-gnu
driver=$libraries/libvulkan_lvp.so

complete() { # the driver is there and finds all its libraries
  [ -f "$driver" ] && [ -e "$libraries/libvulkan.so.1" ] &&
    ! LD_LIBRARY_PATH=$libraries ldd "$driver" 2>/dev/null | grep -q 'not found'
}

fetch() {
  local packages=$home/packages release mirror keyring
  release=$(. /etc/os-release && [ "${ID:-}" = debian ] && echo "${VERSION_CODENAME:-}") || { echo "E: this is not Debian"; return 1; }
  # from where this machine takes its packages
  read -r mirror keyring < <(
    apt-get indextargets 'Created-By: Packages' --format '$(RELEASE) $(REPO_URI) $(SIGNED_BY)' | sed -n "s/^$release //p" | head -n 1
  ) || { echo "E: apt has no source of $release"; return 1; }
  [ -f "${keyring:-}" ] || keyring=/usr/share/keyrings/debian-archive-keyring.gpg
  mkdir -p "$packages/lists/partial" "$packages/archives/partial" "$root" || return 1
  # bookworm's own Mesa is too old for Dawn; its backports are not. The library of Vulkan itself is in the release.
  for suite in "$release" "$release-backports"; do
    echo "deb [signed-by=$keyring] $mirror $suite main"
  done >"$packages/sources.list"
  local options=(-q -y -o "Dir::Etc::sourcelist=$packages/sources.list" -o Dir::Etc::sourceparts=- -o "Dir::State::lists=$packages/lists"
    -o "Dir::Cache=$packages" -o "Dir::Cache::archives=$packages/archives" -o "APT::Sandbox::User=$(id -un)" -o Debug::NoLocking=1
    -o APT::Default-Release="$release-backports" -o Acquire::Retries=2 -o Acquire::http::Timeout=20)
  # what the machine has already is not taken again; without a default release apt keeps to the older Mesa
  timeout 120 apt-get "${options[@]}" update || return 1
  timeout 300 apt-get "${options[@]}" install --download-only --no-install-recommends mesa-vulkan-drivers libvulkan1 || return 1
  for package in "$packages"/archives/*.deb; do dpkg-deb -x "$package" "$root" || return 1; done
  rm -rf "$packages"
}

mkdir -p "$home" || fail "$home cannot be made"
log=$home/fetch.log
complete || fetch >"$log" 2>&1 || fail "Debian's mesa-vulkan-drivers do not come ($(grep -E '^(E:|Err|W:)' "$log" | tail -n 1); all of it is in $log)"
complete || fail "libraries of the driver are missing: $(LD_LIBRARY_PATH=$libraries ldd "$driver" 2>&1 | grep 'not found' | awk '{print $1}' | paste -sd ' ')"

icd=$home/lavapipe.json
echo "{\"file_format_version\": \"1.0.0\", \"ICD\": {\"library_path\": \"$driver\", \"api_version\": \"1.3.0\"}}" >"$icd"
echo "export VK_DRIVER_FILES='$icd' VK_ICD_FILENAMES='$icd' IMGANO_WEBGPU_ADAPTER=software"
echo "export LD_LIBRARY_PATH='$libraries'\${LD_LIBRARY_PATH:+:\$LD_LIBRARY_PATH}"
