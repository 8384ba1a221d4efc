# Settings of the machine.
grain:
  grains.present:
    - name: role
    - value: web

grain-deep:
  grains.present:
    - name: 'site:ports'
    - value: [80, 443]
    - force: true

grain-list:
  grains.list_present:
    - name: roles
    - value: [web, db]

grain-appended:
  grains.append:
    - name: kept_roles
    - value: cache
    - convert: true

grain-list-absent:
  grains.list_absent:
    - name: old_roles
    - value: gone

grain-absent:
  grains.absent:
    - name: old_grain
    - destructive: true

grain-exists:
  grains.exists:
    - name: os_family

variable:
  environ.setenv:
    - name: TSALT_BROAD
    - value: 'a b'
    - update_minion: true

variables:
  environ.setenv:
    - value:
        TSALT_ONE: '1'
        TSALT_BROAD: false
    - false_unsets: true

sees-variable:
  cmd.run:
    - name: echo "$TSALT_ONE $OWN" > /srv/made/variables
    - env:
      - OWN: mine
    - creates: /srv/made/variables

setting:
  sysctl.present:
    - name: net.ipv4.ip_forward
    - value: {{ pillar['places']['forward'] }}
    - config: /etc/sysctl.d/90-tsalt.conf

disk:
  mount.mounted:
    - name: /srv/disk
    - device: tmpfs
    - fstype: tmpfs
    - opts: [size=1m, noexec]
    - mkmnt: true

line-of-fstab:
  mount.fstab_present:
    - name: /dev/tsalt
    - fs_file: /srv/other
    - fs_vfstype: ext4
    - fs_mntops: [defaults, noauto]
    - mount: false

no-line-of-fstab:
  mount.fstab_absent:
    - name: /dev/never
    - fs_file: /never

zone:
  timezone.system:
    - name: Europe/Berlin

functions:
  module.run:
    - file.write:
      - path: /srv/made/by-module
      - args: [one, two]
    - test.arg: [a, {b: c}]
    - unless: test -e /srv/made/by-module

function-watched:
  module.wait:
    - name: file.touch
    - m_name: /srv/made/by-watch
    - watch:
      - grains: grain
