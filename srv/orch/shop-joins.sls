# A host of the middleware started: it gets the application if it lacks it, and the front end learns of it. `member` in the pillar names it.
{% set member = pillar['member'] %}
modules of ours on {{ member }}:
  salt.function:
    - name: saltutil.sync_modules
    - tgt: {{ member | yaml_dquote }}
    - tgt_type: list

application on {{ member }}:
  salt.state:
    - tgt: 'L@{{ member }} and G@role:middleware'
    - tgt_type: compound
    - sls: shop
    - queue: True
    - require:
      - salt: modules of ours on {{ member }}

members anew:
  salt.runner:
    - name: state.orchestrate
    - mods: shop-members
    - pillar: {member: {{ member | yaml_dquote }}}
    - require:
      - salt: application on {{ member }}
