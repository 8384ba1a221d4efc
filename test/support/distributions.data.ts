/** Release files of distributions: what stands in `/etc/os-release` and beside it, as the systems ship them. */
import type { DistributionFiles } from '../../src/plugins/grains/core/release-guess.js';

type Files = Readonly<Record<string, string>>;

export function filesOf(files: Files): DistributionFiles {
  const { 'etc/os-release': etc, 'usr/lib/os-release': lib, 'etc/lsb-release': lsbRelease, ...others } = files;
  return { osRelease: etc ?? lib, lsbRelease, others: Object.fromEntries(Object.entries(others).map(([path, text]) => [`/${path}`, text])) };
}

const lines = (...all: string[]): string => `${all.join('\n')}\n`;

export const DISTRIBUTIONS: Readonly<Record<string, Files>> = {
  'Debian 12': {
    'etc/os-release': lines('PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"', 'NAME="Debian GNU/Linux"', 'VERSION_ID="12"', 'VERSION="12 (bookworm)"', 'VERSION_CODENAME=bookworm', 'ID=debian', 'HOME_URL="https://www.debian.org/"'),
    'etc/debian_version': '12.5\n',
  },
  'Debian 13': {
    'etc/os-release': lines('PRETTY_NAME="Debian GNU/Linux 13 (trixie)"', 'NAME="Debian GNU/Linux"', 'VERSION_ID="13"', 'VERSION="13 (trixie)"', 'VERSION_CODENAME=trixie', 'DEBIAN_VERSION_FULL=13.1', 'ID=debian'),
    'etc/debian_version': '13.1\n',
  },
  'Debian unstable': {
    'etc/os-release': lines('PRETTY_NAME="Debian GNU/Linux forky/sid"', 'NAME="Debian GNU/Linux"', 'VERSION_CODENAME=forky', 'ID=debian'),
    'etc/debian_version': 'forky/sid\n',
  },
  'Debian 8': {
    'etc/os-release': lines('PRETTY_NAME="Debian GNU/Linux 8 (jessie)"', 'NAME="Debian GNU/Linux"', 'VERSION_ID="8"', 'VERSION="8 (jessie)"', 'ID=debian'),
    'etc/debian_version': '8.11\n',
  },
  'Ubuntu 22.04': {
    'etc/os-release': lines('PRETTY_NAME="Ubuntu 22.04.4 LTS"', 'NAME="Ubuntu"', 'VERSION_ID="22.04"', 'VERSION="22.04.4 LTS (Jammy Jellyfish)"', 'VERSION_CODENAME=jammy', 'ID=ubuntu', 'ID_LIKE=debian', 'UBUNTU_CODENAME=jammy'),
    'etc/lsb-release': lines('DISTRIB_ID=Ubuntu', 'DISTRIB_RELEASE=22.04', 'DISTRIB_CODENAME=jammy', 'DISTRIB_DESCRIPTION="Ubuntu 22.04.4 LTS"'),
    'etc/debian_version': 'bookworm/sid\n',
  },
  'Ubuntu 24.04 without lsb-release': {
    'etc/os-release': lines('PRETTY_NAME="Ubuntu 24.04.1 LTS"', 'NAME="Ubuntu"', 'VERSION_ID="24.04"', 'VERSION="24.04.1 LTS (Noble Numbat)"', 'VERSION_CODENAME=noble', 'ID=ubuntu', 'ID_LIKE=debian', 'UBUNTU_CODENAME=noble', 'LOGO=ubuntu-logo'),
  },
  'Linux Mint 21.2': {
    'etc/os-release': lines('NAME="Linux Mint"', 'VERSION="21.2 (Victoria)"', 'ID=linuxmint', 'ID_LIKE="ubuntu debian"', 'PRETTY_NAME="Linux Mint 21.2"', 'VERSION_ID="21.2"', 'VERSION_CODENAME=victoria', 'UBUNTU_CODENAME=jammy'),
    'etc/lsb-release': lines('DISTRIB_ID=LinuxMint', 'DISTRIB_RELEASE=21.2', 'DISTRIB_CODENAME=victoria', 'DISTRIB_DESCRIPTION="Linux Mint 21.2 Victoria"'),
  },
  'Raspbian 11': {
    'etc/os-release': lines('PRETTY_NAME="Raspbian GNU/Linux 11 (bullseye)"', 'NAME="Raspbian GNU/Linux"', 'VERSION_ID="11"', 'VERSION="11 (bullseye)"', 'VERSION_CODENAME=bullseye', 'ID=raspbian', 'ID_LIKE=debian'),
    'etc/debian_version': '11.9\n',
  },
  'Devuan 5': {
    'etc/os-release': lines('PRETTY_NAME="Devuan GNU/Linux 5 (daedalus)"', 'NAME="Devuan GNU/Linux"', 'VERSION_ID="5"', 'VERSION="5 (daedalus)"', 'VERSION_CODENAME="daedalus"', 'ID=devuan', 'ID_LIKE=debian'),
    'etc/devuan_version': 'daedalus\n', 'etc/debian_version': '12.0\n',
  },
  'Kali rolling': {
    'etc/os-release': lines('PRETTY_NAME="Kali GNU/Linux Rolling"', 'NAME="Kali GNU/Linux"', 'VERSION_ID="2024.1"', 'VERSION="2024.1"', 'VERSION_CODENAME=kali-rolling', 'ID=kali', 'ID_LIKE=debian'),
    'etc/debian_version': 'kali-rolling\n',
  },
  'Pop!_OS 22.04': {
    'etc/os-release': lines('NAME="Pop!_OS"', 'VERSION="22.04 LTS"', 'ID=pop', 'ID_LIKE="ubuntu debian"', 'PRETTY_NAME="Pop!_OS 22.04 LTS"', 'VERSION_ID="22.04"', 'VERSION_CODENAME=jammy', 'UBUNTU_CODENAME=jammy'),
    'etc/lsb-release': lines('DISTRIB_ID=Pop', 'DISTRIB_RELEASE=22.04', 'DISTRIB_CODENAME=jammy', 'DISTRIB_DESCRIPTION="Pop!_OS 22.04 LTS"'),
  },
  'KDE neon': {
    'etc/os-release': lines('NAME="KDE neon"', 'VERSION="6.0"', 'ID=neon', 'ID_LIKE="ubuntu debian"', 'PRETTY_NAME="KDE neon 6.0"', 'VERSION_ID="22.04"', 'VERSION_CODENAME=jammy'),
    'etc/lsb-release': lines('DISTRIB_ID=neon', 'DISTRIB_RELEASE=22.04', 'DISTRIB_CODENAME=jammy', 'DISTRIB_DESCRIPTION="KDE neon 6.0"'),
  },
  'Astra Linux Orel': {
    'etc/os-release': lines('PRETTY_NAME="Astra Linux (Orel 2.12.46)"', 'NAME="Astra Linux (Orel)"', 'ID=astra', 'ID_LIKE=debian', 'VERSION_ID="2.12.46"', 'VARIANT="Orel"', 'VARIANT_ID=orel'),
  },
  'Astra Linux Smolensk': {
    'etc/os-release': lines('PRETTY_NAME="Astra Linux (Smolensk 1.6)"', 'NAME="Astra Linux (Smolensk)"', 'ID=astra', 'ID_LIKE=debian', 'VERSION_ID="1.6"', 'VARIANT="Smolensk"', 'VARIANT_ID=smolensk'),
  },
  'Mendel 5': { 'etc/os-release': lines('PRETTY_NAME="Mendel GNU/Linux 5 (Eagle)"', 'NAME="Mendel GNU/Linux"', 'ID=mendel', 'ID_LIKE=debian', 'VERSION_CODENAME=eagle') },
  'OSMC': { 'etc/os-release': lines('PRETTY_NAME="Open Source Media Center"', 'NAME="OSMC"', 'VERSION="2022.03-1"', 'VERSION_ID="2022.03-1"', 'ID=osmc', 'ID_LIKE=debian') },
  'Cumulus 5': { 'etc/os-release': lines('NAME="Cumulus Linux"', 'VERSION_ID=5.7.0', 'VERSION="Cumulus Linux 5.7.0"', 'PRETTY_NAME="Cumulus Linux"', 'ID=cumulus-linux', 'ID_LIKE=debian', 'CPE_NAME=cpe:/o:cumulusnetworks:cumulus_linux:5.7.0') },
  'elementary OS 7': {
    'etc/os-release': lines('NAME="elementary OS"', 'VERSION="7 Horus"', 'ID=elementary', 'ID_LIKE="ubuntu debian"', 'PRETTY_NAME="elementary OS 7 Horus"', 'VERSION_ID="7"', 'VERSION_CODENAME=horus', 'UBUNTU_CODENAME=jammy'),
    'etc/lsb-release': lines('DISTRIB_ID=elementary', 'DISTRIB_RELEASE=7', 'DISTRIB_CODENAME=horus', 'DISTRIB_DESCRIPTION="elementary OS 7 Horus"'),
  },
  'Univention 5': { 'etc/os-release': lines('PRETTY_NAME="Univention Corporate Server 5.0-6"', 'NAME="Univention Corporate Server"', 'VERSION_ID="5.0-6"', 'VERSION="5.0-6"', 'ID=univention-corporate-server', 'ID_LIKE=debian') },
  'Red Hat Enterprise Linux 9': {
    'etc/os-release': lines('NAME="Red Hat Enterprise Linux"', 'VERSION="9.3 (Plow)"', 'ID="rhel"', 'ID_LIKE="fedora"', 'VERSION_ID="9.3"', 'PLATFORM_ID="platform:el9"', 'PRETTY_NAME="Red Hat Enterprise Linux 9.3 (Plow)"', 'CPE_NAME="cpe:/o:redhat:enterprise_linux:9::baseos"'),
    'etc/redhat-release': 'Red Hat Enterprise Linux release 9.3 (Plow)\n', 'etc/system-release': 'Red Hat Enterprise Linux release 9.3 (Plow)\n',
  },
  'Red Hat Enterprise Linux 7 Server': {
    'etc/os-release': lines('NAME="Red Hat Enterprise Linux Server"', 'VERSION="7.9 (Maipo)"', 'ID="rhel"', 'ID_LIKE="fedora"', 'VERSION_ID="7.9"', 'PRETTY_NAME="Red Hat Enterprise Linux Server 7.9 (Maipo)"', 'CPE_NAME="cpe:/o:redhat:enterprise_linux:7.9:GA:server"'),
    'etc/redhat-release': 'Red Hat Enterprise Linux Server release 7.9 (Maipo)\n',
  },
  'CentOS 7': {
    'etc/os-release': lines('NAME="CentOS Linux"', 'VERSION="7 (Core)"', 'ID="centos"', 'ID_LIKE="rhel fedora"', 'VERSION_ID="7"', 'PRETTY_NAME="CentOS Linux 7 (Core)"', 'CPE_NAME="cpe:/o:centos:centos:7"'),
    'etc/centos-release': 'CentOS Linux release 7.9.2009 (Core)\n', 'etc/redhat-release': 'CentOS Linux release 7.9.2009 (Core)\n',
  },
  'CentOS 8': {
    'etc/os-release': lines('NAME="CentOS Linux"', 'VERSION="8"', 'ID="centos"', 'ID_LIKE="rhel fedora"', 'VERSION_ID="8"', 'PRETTY_NAME="CentOS Linux 8"', 'CPE_NAME="cpe:/o:centos:centos:8"'),
    'etc/centos-release': 'CentOS Linux release 8.5.2111\n', 'etc/redhat-release': 'CentOS Linux release 8.5.2111\n',
  },
  'CentOS Stream 9': {
    'etc/os-release': lines('NAME="CentOS Stream"', 'VERSION="9"', 'ID="centos"', 'ID_LIKE="rhel fedora"', 'VERSION_ID="9"', 'PLATFORM_ID="platform:el9"', 'PRETTY_NAME="CentOS Stream 9"', 'CPE_NAME="cpe:/o:centos:centos:9"'),
    'etc/centos-release': 'CentOS Stream release 9\n',
  },
  'CentOS 6 without os-release': { 'etc/centos-release': 'CentOS release 6.10 (Final)\n', 'etc/redhat-release': 'CentOS release 6.10 (Final)\n' },
  'Rocky 8': {
    'etc/os-release': lines('NAME="Rocky Linux"', 'VERSION="8.9 (Green Obsidian)"', 'ID="rocky"', 'ID_LIKE="rhel centos fedora"', 'VERSION_ID="8.9"', 'PRETTY_NAME="Rocky Linux 8.9 (Green Obsidian)"', 'CPE_NAME="cpe:/o:rocky:rocky:8:GA"'),
    'etc/rocky-release': 'Rocky Linux release 8.9 (Green Obsidian)\n',
  },
  'Rocky 9': { 'etc/os-release': lines('NAME="Rocky Linux"', 'VERSION="9.3 (Blue Onyx)"', 'ID="rocky"', 'ID_LIKE="rhel centos fedora"', 'VERSION_ID="9.3"', 'PRETTY_NAME="Rocky Linux 9.3 (Blue Onyx)"', 'CPE_NAME="cpe:/o:rocky:rocky:9::baseos"') },
  'AlmaLinux 9': {
    'etc/os-release': lines('NAME="AlmaLinux"', 'VERSION="9.3 (Shamrock Pampas Cat)"', 'ID="almalinux"', 'ID_LIKE="rhel centos fedora"', 'VERSION_ID="9.3"', 'PRETTY_NAME="AlmaLinux 9.3 (Shamrock Pampas Cat)"', 'CPE_NAME="cpe:/o:almalinux:almalinux:9::baseos"'),
    'etc/almalinux-release': 'AlmaLinux release 9.3 (Shamrock Pampas Cat)\n',
  },
  'AlmaLinux Kitten 10': { 'etc/os-release': lines('NAME="AlmaLinux Kitten"', 'VERSION="10 (Lion Cub)"', 'ID="almalinux"', 'ID_LIKE="rhel centos fedora"', 'VERSION_ID="10"', 'PRETTY_NAME="AlmaLinux Kitten 10 (Lion Cub)"') },
  'Fedora 40': {
    'etc/os-release': lines('NAME="Fedora Linux"', 'VERSION="40 (Container Image)"', 'ID=fedora', 'VERSION_ID=40', 'VERSION_CODENAME=""', 'PLATFORM_ID="platform:f40"', 'PRETTY_NAME="Fedora Linux 40 (Container Image)"', 'CPE_NAME="cpe:/o:fedoraproject:fedora:40"'),
    'etc/fedora-release': 'Fedora release 40 (Forty)\n', 'etc/redhat-release': 'Fedora release 40 (Forty)\n',
  },
  'Oracle Linux 8': {
    'etc/os-release': lines('NAME="Oracle Linux Server"', 'VERSION="8.9"', 'ID="ol"', 'ID_LIKE="fedora"', 'VERSION_ID="8.9"', 'PRETTY_NAME="Oracle Linux Server 8.9"', 'CPE_NAME="cpe:/o:oracle:linux:8:9:server"'),
    'etc/oracle-release': 'Oracle Linux Server release 8.9\n', 'etc/redhat-release': 'Red Hat Enterprise Linux release 8.9 (Ootpa)\n',
  },
  'Amazon Linux 2': { 'etc/os-release': lines('NAME="Amazon Linux"', 'VERSION="2"', 'ID="amzn"', 'ID_LIKE="centos rhel fedora"', 'VERSION_ID="2"', 'PRETTY_NAME="Amazon Linux 2"', 'CPE_NAME="cpe:2.3:o:amazon:amazon_linux:2"'), 'etc/system-release': 'Amazon Linux release 2 (Karoo)\n' },
  'Amazon Linux 2023': { 'etc/os-release': lines('NAME="Amazon Linux"', 'VERSION="2023"', 'ID="amzn"', 'ID_LIKE="fedora"', 'VERSION_ID="2023"', 'PLATFORM_ID="platform:al2023"', 'PRETTY_NAME="Amazon Linux 2023.4.20240319"', 'CPE_NAME="cpe:2.3:o:amazon:amazon_linux:2023"') },
  'Amazon AMI 2018': { 'etc/os-release': lines('NAME="Amazon Linux AMI"', 'VERSION="2018.03"', 'ID="amzn"', 'ID_LIKE="rhel fedora"', 'VERSION_ID="2018.03"', 'PRETTY_NAME="Amazon Linux AMI 2018.03"', 'CPE_NAME="cpe:/o:amazon:linux:2018.03:ga"') },
  'Alibaba Cloud Linux 3': { 'etc/os-release': lines('NAME="Alibaba Cloud Linux"', 'VERSION="3 (Soaring Falcon)"', 'ID="alinux"', 'ID_LIKE="rhel fedora centos anolis"', 'VERSION_ID="3"', 'PRETTY_NAME="Alibaba Cloud Linux 3 (Soaring Falcon)"') },
  'CloudLinux 8': { 'etc/os-release': lines('NAME="CloudLinux"', 'VERSION="8.9 (Anatoly Levchenko)"', 'ID="cloudlinux"', 'ID_LIKE="rhel fedora centos"', 'VERSION_ID="8.9"', 'PRETTY_NAME="CloudLinux 8.9 (Anatoly Levchenko)"') },
  'Scientific Linux 7': { 'etc/os-release': lines('NAME="Scientific Linux"', 'VERSION="7.9 (Nitrogen)"', 'ID="scientific"', 'ID_LIKE="rhel centos fedora"', 'VERSION_ID="7.9"', 'PRETTY_NAME="Scientific Linux 7.9 (Nitrogen)"') },
  'openEuler 22.03': { 'etc/os-release': lines('NAME="openEuler"', 'VERSION="22.03 LTS"', 'ID="openEuler"', 'VERSION_ID="22.03"', 'PRETTY_NAME="openEuler 22.03 LTS"') },
  'Photon 5': { 'etc/os-release': lines('NAME="VMware Photon OS"', 'VERSION="5.0"', 'ID=photon', 'VERSION_ID=5.0', 'PRETTY_NAME="VMware Photon OS/Linux"'), 'etc/lsb-release': lines('DISTRIB_ID="VMware Photon OS"', 'DISTRIB_RELEASE="5.0"', 'DISTRIB_CODENAME=Photon', 'DISTRIB_DESCRIPTION="VMware Photon OS 5.0"') },
  'RED OS 7': { 'etc/os-release': lines('NAME="RED OS"', 'VERSION="7.3 (MUROM)"', 'ID="redos"', 'ID_LIKE="rhel centos fedora"', 'VERSION_ID="7.3"', 'PRETTY_NAME="RED OS 7.3 (MUROM)"') },
  'SLES 15 SP5': { 'etc/os-release': lines('NAME="SLES"', 'VERSION="15-SP5"', 'VERSION_ID="15.5"', 'PRETTY_NAME="SUSE Linux Enterprise Server 15 SP5"', 'ID="sles"', 'ID_LIKE="suse"', 'CPE_NAME="cpe:/o:suse:sles:15:sp5"') },
  'SLES 16': { 'etc/os-release': lines('NAME="SLES"', 'VERSION="16.0"', 'VERSION_ID="16.0"', 'PRETTY_NAME="SUSE Linux Enterprise Server 16.0"', 'ID="sles"', 'ID_LIKE="suse"', 'CPE_NAME="cpe:/o:suse:sles:16:16.0"') },
  'SL Micro 6.2': { 'etc/os-release': lines('NAME="SLES"', 'VERSION="16.0"', 'VERSION_ID="16.0"', 'PRETTY_NAME="SUSE Linux Enterprise Server 16.0"', 'ID="sles"', 'CPE_NAME="cpe:/o:suse:sles:16:16.0"', 'SUSE_SUPPORT_PRODUCT="SUSE Linux Micro"', 'SUSE_SUPPORT_PRODUCT_VERSION="6.2"', 'SUSE_PRETTY_NAME="SUSE Linux Micro 6.2"') },
  'SLES 11 without os-release': { 'etc/SuSE-release': lines('SUSE Linux Enterprise Server 11 (x86_64)', 'VERSION = 11', 'PATCHLEVEL = 4') },
  'openSUSE Leap 15.5': { 'etc/os-release': lines('NAME="openSUSE Leap"', 'VERSION="15.5"', 'ID="opensuse-leap"', 'ID_LIKE="suse opensuse"', 'VERSION_ID="15.5"', 'PRETTY_NAME="openSUSE Leap 15.5"', 'CPE_NAME="cpe:/o:opensuse:leap:15.5"') },
  'openSUSE Tumbleweed': { 'etc/os-release': lines('NAME="openSUSE Tumbleweed"', '# VERSION="20240318"', 'ID="opensuse-tumbleweed"', 'ID_LIKE="opensuse suse"', 'VERSION_ID="20240318"', 'PRETTY_NAME="openSUSE Tumbleweed"', 'CPE_NAME="cpe:/o:opensuse:tumbleweed:20240318"') },
  'openSUSE Tumbleweed of old': { 'etc/os-release': lines('NAME=openSUSE', 'VERSION="Tumbleweed"', 'PRETTY_NAME="openSUSE Tumbleweed (20160504) (x86_64)"', 'ID=opensuse', 'CPE_NAME="cpe:/o:opensuse:opensuse:20160504"') },
  'Arch Linux': { 'etc/os-release': lines('NAME="Arch Linux"', 'PRETTY_NAME="Arch Linux"', 'ID=arch', 'BUILD_ID=rolling', 'ANSI_COLOR="38;2;23;147;209"'), 'etc/arch-release': '' },
  'Arch Linux with lsb-release': { 'etc/os-release': lines('NAME="Arch Linux"', 'PRETTY_NAME="Arch Linux"', 'ID=arch', 'BUILD_ID=rolling'), 'etc/lsb-release': lines('DISTRIB_ID="Arch"', 'DISTRIB_RELEASE="rolling"', 'DISTRIB_DESCRIPTION="Arch Linux"') },
  'Arch Linux ARM': { 'etc/os-release': lines('NAME="Arch Linux ARM"', 'PRETTY_NAME="Arch Linux ARM"', 'ID=archarm', 'ID_LIKE=arch') },
  'Manjaro': { 'etc/os-release': lines('NAME="Manjaro Linux"', 'PRETTY_NAME="Manjaro Linux"', 'ID=manjaro', 'ID_LIKE=arch', 'BUILD_ID=rolling'), 'etc/lsb-release': lines('DISTRIB_ID="ManjaroLinux"', 'DISTRIB_RELEASE="23.1.4"', 'DISTRIB_CODENAME="Vulcan"', 'DISTRIB_DESCRIPTION="Manjaro Linux"') },
  'Antergos': { 'etc/os-release': lines('NAME="Antergos Linux"', 'ID=antergos', 'PRETTY_NAME="Antergos Linux"', 'ID_LIKE=arch'), 'etc/lsb-release': lines('DISTRIB_ID=Arch', 'DISTRIB_RELEASE=rolling', 'DISTRIB_DESCRIPTION="Antergos Linux"') },
  'EndeavourOS': { 'etc/os-release': lines('NAME=EndeavourOS', 'PRETTY_NAME=EndeavourOS', 'ID=endeavouros', 'ID_LIKE=arch', 'BUILD_ID=2024.01.25') },
  'Alpine 3.19': { 'etc/os-release': lines('NAME="Alpine Linux"', 'ID=alpine', 'VERSION_ID=3.19.1', 'PRETTY_NAME="Alpine Linux v3.19"'), 'etc/alpine-release': '3.19.1\n' },
  'Gentoo': { 'etc/os-release': lines('NAME=Gentoo', 'ID=gentoo', 'PRETTY_NAME="Gentoo Linux"', 'VERSION_ID="2.14"'), 'etc/gentoo-release': 'Gentoo Base System release 2.14\n' },
  'Gentoo without os-release': { 'etc/gentoo-release': 'Gentoo Base System release 2.14\n' },
  'Void': { 'etc/os-release': lines('NAME="Void"', 'ID="void"', 'PRETTY_NAME="Void Linux"', 'DISTRIB_ID="void"') },
  'NixOS 23.11': { 'etc/os-release': lines('BUG_REPORT_URL="https://github.com/NixOS/nixpkgs/issues"', 'BUILD_ID="23.11.20240309"', 'ID=nixos', 'NAME=NixOS', 'PRETTY_NAME="NixOS 23.11 (Tapir)"', 'VERSION="23.11 (Tapir)"', 'VERSION_CODENAME=tapir', 'VERSION_ID="23.11"'), 'etc/lsb-release': lines('DISTRIB_CODENAME=tapir', 'DISTRIB_DESCRIPTION="NixOS 23.11 (Tapir)"', 'DISTRIB_ID=nixos', 'DISTRIB_RELEASE="23.11"', 'LSB_VERSION="23.11 (Tapir)"') },
  'Slackware 15': { 'etc/os-release': lines('NAME=Slackware', 'VERSION="15.0"', 'ID=slackware', 'VERSION_ID=15.0', 'PRETTY_NAME="Slackware 15.0 x86_64"', 'CPE_NAME="cpe:/o:slackware:slackware_linux:15.0"', 'VERSION_CODENAME=stable') },
  'Mageia 9': { 'etc/os-release': lines('NAME="Mageia"', 'VERSION="9"', 'ID=mageia', 'VERSION_ID=9', 'ID_LIKE="mandriva fedora"', 'PRETTY_NAME="Mageia 9"'), 'etc/lsb-release': lines('LSB_VERSION=', 'DISTRIB_ID="Mageia"', 'DISTRIB_RELEASE=9', 'DISTRIB_CODENAME=Official', 'DISTRIB_DESCRIPTION="Mageia 9"') },
  'ALT without os-release': { 'etc/altlinux-release': 'ALT Linux 7.0.5 (Centaurus)\n' },
  'Synology': { 'etc.defaults/VERSION': lines('majorversion="7"', 'minorversion="1"', 'buildnumber="42661"', 'smallfixnumber="1"'), 'etc.defaults/synoinfo.conf': 'x\n' },
  'NI Linux RT': { 'etc/os-release': lines('ID=nilrt', 'NAME="NI Linux Real-Time"', 'VERSION="9.3"', 'VERSION_ID=9.3', 'PRETTY_NAME="NI Linux Real-Time 9.3"') },
  'NI Linux RT with lsb-release only': { 'etc/lsb-release': lines('DISTRIB_ID=nilrt', 'DISTRIB_RELEASE=8', 'DISTRIB_DESCRIPTION="NILinuxRT"') },
  'Poky': { 'etc/os-release': lines('ID=poky', 'NAME="Poky (Yocto Project Reference Distro)"', 'VERSION="4.0.17 (Kirkstone)"', 'VERSION_ID=4.0.17', 'VERSION_CODENAME="kirkstone"', 'PRETTY_NAME="Poky (Yocto Project Reference Distro) 4.0.17 (Kirkstone)"') },
  'a tree with os-release in /usr/lib alone': { 'usr/lib/os-release': lines("NAME='Container OS'", 'ID=cos', 'VERSION_ID=105', 'PRETTY_NAME="Container \\"OS\\""') },
  'an empty os-release': { 'etc/os-release': '' },
  'nothing at all': {},
  'an unknown file of one line': { 'etc/foo-release': 'Foo OS 3 release 12.1b2 LTS (Some (Odd) Name) x\n' },
};
