# A deployment in order: database, then application, then load balancer. Each step waits for the one before it,
# and nothing goes on after the first failure:
#
#   tsalt-run state.orchestrate deploy pillar='{"version": "1.2"}'
{% set version = pillar.get('version', '1.0') %}

database:
  salt.state:
    - tgt: 'G@role:database'
    - tgt_type: compound
    - sls: demo.step
    - pillar: {step: database, version: {{ version | yaml_dquote }}}

application:
  salt.state:
    - tgt: 'G@role:application'
    - tgt_type: compound
    - sls: demo.step
    - pillar: {step: application, version: {{ version | yaml_dquote }}}
    - require:
      - salt: database

load balancer:
  salt.state:
    - tgt: 'G@role:balancer'
    - tgt_type: compound
    - sls: demo.step
    - pillar: {step: balancer, version: {{ version | yaml_dquote }}}
    - require:
      - salt: application

tell everybody:
  salt.runner:
    - name: event.send
    - tag: demo/deployed
    - data: {version: {{ version | yaml_dquote }}}
    - require:
      - salt: load balancer
