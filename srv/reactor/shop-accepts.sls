# Accepts the key of a host of the middleware by its name, as accept-key.sls does for others. Tag: salt/auth
{% if data['act'] == 'pend' and data['id'].startswith('app') %}
accept {{ data['id'] }}:
  wheel.key.accept:
    - args:
      - match: {{ data['id'] }}
{% endif %}
