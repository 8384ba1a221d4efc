# Starts a service again that a beacon found stopped. Tag: salt/beacon/*/service/*
{% set service = tag.split('/')[4] %}
{% if not data.get(service, {}).get('running', True) %}
start {{ service }} on {{ data['id'] }}:
  local.service.start:
    - tgt: {{ data['id'] }}
    - tgt_type: list
    - args:
      - name: {{ service }}
{% endif %}
