# People of the site and their keys.
staff:
  group.present:
    - name: tsalt-staff
    - gid: 47301

ops:
  group.present:
    - name: tsalt-ops
    - system: true
    - addusers: [daemon]

no-group:
  group.absent:
    - name: tsalt-none

{% for name, uid in [('ann', 47311), ('bob', 47312)] %}
{{ name }}:
  user.present:
    - name: tsalt-{{ name }}
    - uid: {{ uid }}
    - gid: tsalt-staff
    - fullname: {{ name | title }} O'Nym
    - shell: /bin/sh
    - home: /home/tsalt-{{ name }}
    - groups: [tsalt-ops]
    - optional_groups: [tsalt-never]
    - require:
      - group: ops
      - group: staff
{% endfor %}

robot:
  user.present:
    - name: tsalt-robot
    - system: true
    - usergroup: true
    - createhome: false
    - password: '$6$saltsalt$made'
    - maxdays: 90

leaves:
  user.absent:
    - name: games
    - purge: false

unknown-user-file:
  file.managed:
    - name: /srv/made/of-nobody
    - contents: x
    - user: tsalt-never

ann-key:
  ssh_auth.present:
    - name: AAAAC3NzaC1lZDI1NTE5AAAAIAJmI3KoP1cOZMBotIo4txnVCBkWXelZXtBiYvtaceF4
    - user: tsalt-ann
    - enc: ed25519
    - comment: ann@example.org
    - options: [no-pty]
    - require:
      - user: ann

ann-file:
  file.managed:
    - name: /home/tsalt-ann/notes
    - contents: of ann
    - user: tsalt-ann
    - group: tsalt-staff
    - mode: '0600'
    - require: [{user: ann}]

bob-key:
  ssh_auth.present:
    - names:
      - ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAJmI3KoP1cOZMBotIo4txnVCBkWXelZXtBiYvtaceF4 bob@example.org
    - user: tsalt-bob
    - config: '%h/.ssh/more_keys'
    - require:
      - user: bob

no-key:
  ssh_auth.absent:
    - name: ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIMYryFzqJf5d/E324Vjl2sVqcWSPAfIZTL+PcBzAX4tP
    - user: root

known:
  ssh_known_hosts.present:
    - name: host.example.org
    - user: tsalt-ann
    - enc: ssh-ed25519
    - key: AAAAC3NzaC1lZDI1NTE5AAAAIMYryFzqJf5d/E324Vjl2sVqcWSPAfIZTL+PcBzAX4tP
    - port: 2222
    - hash_known_hosts: false
    - require:
      - user: ann

unknown:
  ssh_known_hosts.absent:
    - name: other.example.org
    - user: root

ann-cron:
  cron.present:
    - name: /bin/true > /dev/null
    - user: tsalt-ann
    - minute: 5
    - hour: '*/2'
    - comment: every other hour
    - identifier: ann-job
    - require:
      - user: ann

root-daily:
  cron.present:
    - name: /bin/daily
    - special: '@daily'

root-mail:
  cron.env_present:
    - name: MAILTO
    - value: root@example.org

no-cron:
  cron.absent:
    - name: /bin/never
    - user: root

bob-table:
  cron.file:
    - name: salt://accounts/table
    - user: tsalt-bob
    - require:
      - user: bob
