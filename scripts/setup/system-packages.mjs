// How the package managers name what is missing. Pure, so that every one of them is tested without it.

/** What set-up needs of the system besides libraries, by the command that shows that it is there; one name is everyone's. */
const toolPackages = {
  python3: { apt: 'python3', dnf: 'python3', zypper: 'python3', pacman: 'python' },
  pip: { apt: 'python3-pip', dnf: 'python3-pip', zypper: 'python3-pip', pacman: 'python-pip' },
  'g++': { apt: 'g++', dnf: 'gcc-c++', zypper: 'gcc-c++', pacman: 'gcc' },
  'dpkg-deb': 'dpkg',
  debootstrap: 'debootstrap',
  rpmbuild: { apt: 'rpm', dnf: 'rpm-build', zypper: 'rpm-build', pacman: 'rpm-tools' },
  xz: { apt: 'xz-utils', dnf: 'xz', zypper: 'xz', pacman: 'xz' },
  tar: 'tar',
  Xvfb: {
    apt: 'xvfb',
    dnf: 'xorg-x11-server-Xvfb',
    zypper: 'xorg-x11-server-Xvfb',
    pacman: 'xorg-server-xvfb',
  },
  slurmctld: {
    apt: 'slurmctld',
    dnf: 'slurm-slurmctld',
    zypper: 'slurm',
    pacman: 'slurm-llnl',
  },
  slurmd: { apt: 'slurmd', dnf: 'slurm-slurmd', zypper: 'slurm-node', pacman: 'slurm-llnl' },
  sbatch: { apt: 'slurm-client', dnf: 'slurm', zypper: 'slurm', pacman: 'slurm-llnl' },
  munged: 'munge',
  sshd: {
    apt: 'openssh-server',
    dnf: 'openssh-server',
    zypper: 'openssh-server',
    pacman: 'openssh',
  },
  ssh: {
    apt: 'openssh-client',
    dnf: 'openssh-clients',
    zypper: 'openssh-clients',
    pacman: 'openssh',
  },
}

/** Libraries of Debian whose packages do not follow from their names. */
const debianExceptions = {
  'libnssutil3.so': 'libnss3',
  'libsmime3.so': 'libnss3',
  'libatk-1.0.so.0': 'libatk1.0-0',
  'libatk-bridge-2.0.so.0': 'libatk-bridge2.0-0',
  'libatspi.so.0': 'libatspi2.0-0',
  'libgio-2.0.so.0': 'libglib2.0-0',
  'libgobject-2.0.so.0': 'libglib2.0-0',
  'libglib-2.0.so.0': 'libglib2.0-0',
  'libgcc_s.so.1': 'libgcc-s1',
  'libstdc++.so.6': 'libstdc++6',
}

/** Arch's packages are called by projects; a library that is not here has its own name there. */
const archExceptions = {
  'libgtk-3': 'gtk3',
  'libX11-xcb': 'libx11',
  libnss3: 'nss',
  libnssutil3: 'nss',
  libsmime3: 'nss',
  libnspr4: 'nspr',
  'libatk-1.0': 'at-spi2-core',
  'libatk-bridge-2.0': 'at-spi2-core',
  libatspi: 'at-spi2-core',
  'libgio-2.0': 'glib2',
  'libgobject-2.0': 'glib2',
  'libglib-2.0': 'glib2',
  'libpango-1.0': 'pango',
  libcairo: 'cairo',
  libgbm: 'mesa',
  libasound: 'alsa-lib',
  libexpat: 'expat',
  'libdbus-1': 'dbus',
  libudev: 'systemd-libs',
  'libstdc++': 'gcc-libs',
  libgcc_s: 'gcc-libs',
}

/** Debian's rule: the library's name and version in lower case, with a hyphen after a digit. */
function debianPackage(soname) {
  if (debianExceptions[soname]) return debianExceptions[soname]
  const [, name, version = ''] = /^(.+?)\.so(?:\.(\d+))?/.exec(soname) ?? [null, soname]
  return (/\d$/.test(name) && version ? `${name}-${version}` : name + version).toLowerCase()
}

function archPackage(soname) {
  const name = soname.replace(/\.so.*$/, '')
  return archExceptions[name] ?? name.toLowerCase()
}

/** Whole commands, without `sudo`, for a list of packages. */
const commands = {
  apt: (packages) => [
    ['apt-get', 'update', '-qq'],
    ['apt-get', 'install', '-y', '-qq', '--no-install-recommends', ...packages],
  ],
  dnf: (packages) => [['dnf', 'install', '-y', ...packages]],
  zypper: (packages) => [['zypper', '--non-interactive', 'install', ...packages]],
  pacman: (packages) => [['pacman', '-S', '--needed', '--noconfirm', ...packages]],
}

/** The program of each package manager, in the order in which they are looked for. */
export const managers = { apt: 'apt-get', dnf: 'dnf', zypper: 'zypper', pacman: 'pacman' }

/**
 * The packages for what is missing, each once.
 * @param {'apt' | 'dnf' | 'zypper' | 'pacman'} manager
 * @param {{ tools: string[], libraries: string[] }} missing libraries by the name that the loader looks for
 * @param {(name: string) => boolean} known whether the manager's index has a package
 * @returns {string[]}
 */
export function packagesFor(manager, { tools, libraries }, known = () => false) {
  const named = {
    // Since 2024 Debian and Ubuntu mark libraries with 64-bit times.
    apt: (soname) => {
      const name = debianPackage(soname)
      return known(`${name}t64`) ? `${name}t64` : name
    },
    // These find a package by the library that it provides.
    dnf: (soname) => `${soname}()(64bit)`,
    zypper: (soname) => `${soname}()(64bit)`,
    pacman: archPackage,
  }[manager]
  const tool = (name) => toolPackages[name][manager] ?? toolPackages[name]
  return [...new Set([...tools.map(tool), ...libraries.map(named)])].sort()
}

/**
 * The commands that install packages.
 * @returns {string[][]} each as a program and its arguments
 */
export const installCommands = (manager, packages) => commands[manager](packages)

/** The commands as one line to paste, each with `sudo`. */
export function commandLine(list) {
  const quote = (word) => (/[()]/.test(word) ? `'${word}'` : word)
  return list.map((words) => `sudo ${words.map(quote).join(' ')}`).join(' && ')
}
