# Members came or went: the front end learns it. `member` in the pillar is asked anew where it serves, if it is there.
{% set present = salt['saltutil.runner']('manage.present') %}
{% set member = pillar.get('member') %}
{% if member in present %}
{{ member }} is asked:
  salt.function:
    - name: mine.update
    - tgt: {{ member | yaml_dquote }}
    - tgt_type: list
    - require_in:
      - salt: HAProxy knows the members
{% endif %}

HAProxy knows the members:
  salt.state:
    - tgt: 'role:frontend'
    - tgt_type: grain
    - sls: balancer
    - pillar: {present: {{ present | tojson }}}
    - queue: True
