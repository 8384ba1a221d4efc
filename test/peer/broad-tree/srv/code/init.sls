{%- set places = pillar['places'] %}
# Programs from repositories, archives and wheels.
checkout:
  git.latest:
    - name: {{ places.git }}
    - target: /srv/code/checkout
    - rev: main
    - user: root

at-tag:
  git.latest:
    - name: {{ places.git }}
    - target: /srv/code/at-tag
    - rev: v1
    - depth: 1

cloned:
  git.cloned:
    - name: {{ places.git }}
    - target: /srv/code/cloned
    - branch: topic

no-repository:
  git.latest:
    - name: /srv/nowhere.git
    - target: /srv/code/nowhere

who:
  git.config_set:
    - name: user.name
    - value: A Name
    - repo: /srv/code/checkout
    - require:
      - git: checkout

after-checkout:
  cmd.run:
    - name: cat program >> /srv/code/log
    - cwd: /srv/code/checkout
    - onchanges:
      - git: checkout

unpacked:
  archive.extracted:
    - name: /srv/code/unpacked
    - source: salt://code/made.tar.gz
    - user: daemon
    - group: bin

unpacked-zip:
  archive.extracted:
    - name: /srv/code/zip
    - source: {{ places.zip }}
    - enforce_toplevel: false

environment:
  virtualenv.managed:
    - name: /srv/code/env
    - venv_bin: {{ places.python }}

wheel:
  pip.installed:
    - name: tsalt_made==1.5
    - bin_env: /srv/code/env
    - no_index: true
    - find_links: {{ places.wheels }}
    - require:
      - virtualenv: environment

no-wheel:
  pip.removed:
    - name: tsalt_none
    - bin_env: /srv/code/env
    - require:
      - pip: wheel
