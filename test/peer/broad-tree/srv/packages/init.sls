# Packages of one repository on disk.
source:
  pkgrepo.managed:
    - name: deb [trusted=yes] {{ pillar['places']['repository'] }} ./
    - file: /etc/apt/sources.list.d/tsalt-broad.list
    - require_in:
      - pkg: one

one:
  pkg.installed:
    - name: tsalt-a
    - version: '1.0'

more:
  pkg.installed:
    - pkgs:
      - tsalt-b: '1:3.4'
      - tsalt-c
    - require:
      - pkg: one

held:
  pkg.held:
    - name: tsalt-b
    - require: [{pkg: more}]

newest:
  pkg.latest:
    - name: tsalt-d
    - refresh: true

none:
  pkg.installed:
    - name: tsalt-nowhere
    - refresh: false

no-package:
  pkg.removed:
    - pkgs: [tsalt-e, tsalt-never]

purged:
  pkg.purged:
    - name: tsalt-f

from-file:
  pkg.installed:
    - sources:
      - tsalt-file: {{ pillar['places']['file'] }}
